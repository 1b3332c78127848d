#include "yubico_answer.hpp"

#include <algorithm>
#include <cstddef>

#include "rgw/base/percent.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::mfa {
namespace {

using enum YubicoVerdict;

constexpr std::size_t longest_answer = 4096;

struct Status {
    std::string_view word;
    YubicoVerdict verdict;
};
constexpr Status statuses[] = {
    {"OK", accepted},
    {"BAD_OTP", refused},
    {"REPLAYED_OTP", refused},
    {"REPLAYED_REQUEST", refused},
    {"NO_SUCH_CLIENT", misconfigured},
    {"BAD_SIGNATURE", misconfigured},
    {"OPERATION_NOT_ALLOWED", misconfigured},
    {"MISSING_PARAMETER", misconfigured},  // the others are there: the id is no number
    {"BACKEND_ERROR", unanswered},
    {"NOT_ENOUGH_ANSWERS", unanswered},
};

std::string_view value_of(const YubicoPairs& pairs, std::string_view key) {
    const auto found = pairs.find(key);
    return found == pairs.end() ? std::string_view() : found->second;
}

bool is_signed(const YubicoPairs& pairs, const Secret& key) {
    return crypto::constant_time_equal(value_of(pairs, "h"), yubico_signature(pairs, key));
}

enum class Echo : std::uint8_t { equal, different };

Echo echo(const YubicoPairs& pairs, std::string_view key, std::string_view sent, Echo lacking) {
    const auto found = pairs.find(key);
    if (found == pairs.end()) {
        return lacking;
    }
    return crypto::constant_time_equal(found->second, sent) ? Echo::equal : Echo::different;
}

}  // namespace

std::optional<YubicoPairs> parse_yubico_pairs(std::string_view body) {
    if (body.size() > longest_answer) {
        return std::nullopt;
    }
    YubicoPairs pairs;
    while (!body.empty()) {
        const std::size_t end = std::min(body.find('\n'), body.size());
        std::string_view line = body.substr(0, end);
        body.remove_prefix(std::min(end + 1, body.size()));
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (line.empty()) {
            continue;
        }
        const std::size_t equals = line.find('=');
        if (equals == 0 || equals == std::string_view::npos ||
            line.find('&') != std::string_view::npos ||
            std::ranges::any_of(line, is_control_character)) {
            return std::nullopt;
        }
        if (!pairs.emplace(line.substr(0, equals), line.substr(equals + 1)).second) {
            return std::nullopt;
        }
    }
    return pairs;
}

std::string yubico_signature(const YubicoPairs& pairs, const Secret& key) {
    std::string text;
    for (const auto& [name, value] : pairs) {
        if (name != "h") {
            text += text.empty() ? "" : "&";
            text += name;
            text += '=';
            text += value;
        }
    }
    return crypto::base64(crypto::text_of(crypto::hmac_sha1(key.expose(), text)));
}

YubicoAnswer judge_yubico_answer(std::string_view body, const YubicoQuestion& asked,
                                 const Secret& key) {
    const auto pairs = parse_yubico_pairs(body);
    if (!pairs) {
        return {unanswered, "not an answer of the protocol"};
    }
    const auto* const status =
        std::ranges::find(statuses, value_of(*pairs, "status"), &Status::word);
    if (status == std::end(statuses)) {
        return {unanswered, "the status is unknown"};
    }
    // Whoever says these, another server is asked. One that does not know us cannot sign them.
    if (status->verdict == misconfigured || status->verdict == unanswered) {
        return {status->verdict, status->word};
    }
    if (!is_signed(*pairs, key)) {
        return {unanswered, "the signature is missing or wrong"};
    }
    const Echo lacking = status->word == "BAD_OTP" ? Echo::equal : Echo::different;
    if (echo(*pairs, "nonce", asked.nonce, lacking) == Echo::different ||
        echo(*pairs, "otp", asked.otp, lacking) == Echo::different) {
        return {unanswered, "the answer is to another question"};
    }
    return {status->verdict, status->word};
}

}  // namespace rgw::mfa
