#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/secret.hpp"

// What Yubico's validation protocol 2.0 says, without the network.
namespace rgw::mfa {

// Sorted by key, as they are signed.
using YubicoPairs = std::map<std::string, std::string, std::less<>>;

// Lines of key=value, each key once. Empty for more than 4 KiB, another kind of line, or one that
// would be other pairs where they are signed (an '&' in it).
[[nodiscard]] std::optional<YubicoPairs> parse_yubico_pairs(std::string_view body);
// Base64 of the HMAC-SHA-1 of all of them but h.
[[nodiscard]] std::string yubico_signature(const YubicoPairs& pairs, const Secret& key);

enum class YubicoVerdict : std::uint8_t {
    accepted,
    refused,        // the one-time password is wrong, or was used
    misconfigured,  // the server refuses our account; anybody's word, good for a warning only
    unanswered,     // another server may know
};

struct YubicoAnswer {
    YubicoVerdict verdict = YubicoVerdict::unanswered;
    std::string_view why;  // the status, or what is unsound; holds nothing the server chose
};

// What was asked.
struct YubicoQuestion {
    std::string otp;
    std::string nonce;
};

// Accepted and refused are said only by answers signed with the key, which echo nonce and OTP. A
// BAD_OTP may lack the echoes: Yubico's own server leaves them out of it.
[[nodiscard]] YubicoAnswer judge_yubico_answer(std::string_view body, const YubicoQuestion& asked,
                                               const Secret& key);

}  // namespace rgw::mfa
