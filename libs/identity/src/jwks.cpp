#include "rgw/identity/jwks.hpp"

#include <algorithm>
#include <charconv>

#include "rgw/base/json.hpp"
#include "rgw/base/text.hpp"

namespace rgw::identity {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr JsonLimits limits{.bytes = 512UL * 1024};
constexpr std::size_t max_keys = 64;

constexpr std::chrono::seconds shortest_lifetime = 5min;
constexpr std::chrono::seconds usual_lifetime = 1h;
constexpr std::chrono::seconds longest_lifetime = 24h;

Error refusal(std::string_view why) {
    return {Errc::sign_in_unavailable, "key set: " + std::string(why)};
}

std::string_view text(KeyFault fault) {
    switch (fault) {
        case KeyFault::unknown:
            return "no key has this id";
        case KeyFault::unfit:
            return "no key for this algorithm";
        case KeyFault::ambiguous:
            return "several keys and no id";
    }
    return "";
}

}  // namespace

void throw_exception_from_error(KeyFault fault, const boost::source_location&) {
    throw ErrorException(Error(Errc::invalid_value, std::string(text(fault))));
}

Result<KeySet> KeySet::parse(std::string_view text) {
    const auto document = parse_json_object(text, limits);
    if (!document) {
        return refusal(rgw::text(document.error()));
    }
    const json::value* member = document->if_contains("keys");
    const json::array* list = member != nullptr ? member->if_array() : nullptr;
    if (list == nullptr) {
        return refusal("no list of keys");
    }
    if (list->size() > max_keys) {
        return refusal("more than 64 keys");
    }
    KeySet set;
    for (const json::value& item : *list) {
        const json::object* members = item.if_object();
        auto key = members != nullptr ? crypto::Jwk::read(*members)
                                      : Result<crypto::Jwk>(Errc::invalid_value);
        if (key) {
            set.keys_.push_back(std::move(*key));
        } else {
            ++set.skipped_;
        }
    }
    return set;
}

boost::system::result<const crypto::Jwk*, KeyFault> KeySet::choose(
    const std::optional<std::string>& key_id, crypto::JwsAlgorithm algorithm) const {
    const crypto::Jwk* chosen = nullptr;
    bool known = !key_id.has_value();
    for (const crypto::Jwk& key : keys_) {
        if (key_id && key.key_id() != key_id) {
            continue;
        }
        known = true;
        if (!key.fits(algorithm)) {
            continue;
        }
        if (key_id) {
            return &key;
        }
        if (chosen != nullptr) {
            return KeyFault::ambiguous;
        }
        chosen = &key;
    }
    if (chosen == nullptr) {
        return known ? KeyFault::unfit : KeyFault::unknown;
    }
    return chosen;
}

std::chrono::seconds key_set_lifetime(std::string_view cache_control) {
    constexpr std::string_view max_age = "max-age=";
    for (const std::string& directive : split_list(to_lower(cache_control))) {
        if (directive == "no-store" || directive == "no-cache") {
            return shortest_lifetime;
        }
        if (!directive.starts_with(max_age)) {
            continue;
        }
        const std::string_view digits = std::string_view(directive).substr(max_age.size());
        std::int64_t seconds = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (error == std::errc() && end == digits.data() + digits.size()) {
            return std::clamp(std::chrono::seconds(seconds), shortest_lifetime, longest_lifetime);
        }
    }
    return usual_lifetime;
}

}  // namespace rgw::identity
