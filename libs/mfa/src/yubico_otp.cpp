#include "rgw/mfa/yubico_otp.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <utility>

#include "rgw/base/log.hpp"
#include "rgw/base/percent.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"
#include "yubico_answer.hpp"

namespace rgw::mfa {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view modhex = "cbdefghijklnrtuv";
constexpr std::size_t otp_letters = 44;
constexpr std::size_t public_id_letters = 12;
constexpr std::size_t nonce_bytes = 16;
constexpr Deadline::duration longest_wait = 3s;

// The protocol takes 16 to 40 letters and digits.
std::string new_nonce() {
    std::array<std::byte, nonce_bytes> bytes{};
    crypto::random_bytes(bytes);
    return crypto::hex(bytes);
}

std::string url_of(const std::string& server, const YubicoAccount& account,
                   const YubicoQuestion& question) {
    YubicoPairs pairs{{"id", account.client_id},
                      {"nonce", question.nonce},
                      {"otp", question.otp},
                      {"timestamp", "1"}};
    pairs.emplace("h", yubico_signature(pairs, account.key));
    std::string url = server;
    char separator = '?';
    for (const auto& [name, value] : pairs) {
        url += std::exchange(separator, '&');
        url += name;
        url += '=';
        append_query_component(url, value);
    }
    return url;
}

// What is left, shared among the servers that are left.
Deadline share_of(Deadline deadline, std::size_t servers) {
    const Deadline now = Deadline::clock::now();
    return now + std::min((deadline - now) / static_cast<int>(servers), longest_wait);
}

std::string_view variable_to_look_at(std::string_view status) {
    return status == "BAD_SIGNATURE" ? "YUBICO_SECRET_KEY" : "YUBICO_CLIENT_ID";
}

void tell(const std::string& server, const YubicoAnswer& answer) {
    switch (answer.verdict) {
        case YubicoVerdict::accepted:
            return;
        case YubicoVerdict::refused:
            log::info("a YubiKey's password was refused",
                      {{"server", server}, {"status", answer.why}});
            return;
        case YubicoVerdict::misconfigured:
            log::warn("a validation server refuses our account",
                      {{"server", server},
                       {"status", answer.why},
                       {"variable", variable_to_look_at(answer.why)}});
            return;
        case YubicoVerdict::unanswered:
            log::warn("a validation server gave no answer that counts",
                      {{"server", server}, {"why", answer.why}});
            return;
    }
}

}  // namespace

std::optional<YubicoOtp> parse_yubico_otp(std::string_view typed) {
    if (typed.size() != otp_letters) {
        return std::nullopt;
    }
    YubicoOtp otp;
    otp.text = to_lower(typed);
    if (otp.text.find_first_not_of(modhex) != std::string::npos) {
        return std::nullopt;
    }
    otp.public_id = otp.text.substr(0, public_id_letters);
    return otp;
}

// An empty key would let anybody sign.
YubicoVerifier::YubicoVerifier(identity::HttpFetcher& fetcher, YubicoAccount account)
    : fetcher_(fetcher), account_(std::move(account)) {
    if (account_.key.empty() || account_.servers.empty()) {
        throw std::invalid_argument("a Yubico account needs a key and a server");
    }
}

async::Task<Result<void>> YubicoVerifier::verify(YubicoOtp otp, Deadline deadline) {
    const YubicoQuestion question{.otp = std::move(otp.text), .nonce = new_nonce()};
    std::size_t left = account_.servers.size();
    for (const std::string& server : account_.servers) {
        identity::FetchRequest request;
        request.url = url_of(server, account_, question);
        const auto page = co_await fetcher_.fetch(std::move(request), share_of(deadline, left));
        --left;
        YubicoAnswer answer;
        std::string failure;
        if (page && page->status == 200) {
            answer = judge_yubico_answer(page->body, question, account_.key);
        } else {
            failure = page ? "status " + std::to_string(page->status) : describe(page.error());
            answer.why = failure;
        }
        tell(server, answer);
        if (answer.verdict == YubicoVerdict::accepted) {
            co_return Result<void>();
        }
        if (answer.verdict == YubicoVerdict::refused) {
            co_return Errc::factor_refused;
        }
    }
    co_return Error(Errc::factor_unavailable, "no validation server gave an answer that counts");
}

}  // namespace rgw::mfa
