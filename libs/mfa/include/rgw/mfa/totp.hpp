#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/clock.hpp"
#include "rgw/base/secret.hpp"

// Time-based one-time passwords (RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds.
namespace rgw::mfa {

inline constexpr std::int64_t totp_step_seconds = 30;

// 160 random bits (RFC 4226 §4 R6).
[[nodiscard]] Secret new_totp_seed();
// As people type it into an app: base32 without padding.
[[nodiscard]] Secret totp_seed_text(const Secret& seed);

[[nodiscard]] std::int64_t totp_step(Timestamp at);
// `digits`: 6 here, 8 in the vectors of RFC 6238.
[[nodiscard]] std::string totp_code(const Secret& seed, std::int64_t step, int digits = 6);

// The step whose code this is: the one of `now`, or one before or after it. Every candidate is
// compared, in constant time. Empty: none of them, or not six digits.
[[nodiscard]] std::optional<std::int64_t> find_totp_step(const Secret& seed, std::string_view code,
                                                         Timestamp now);

// otpauth://totp/… with issuer, algorithm, digits and period (the Key URI format that authenticator
// apps read), percent-encoded.
[[nodiscard]] Secret totp_uri(std::string_view issuer, std::string_view account,
                              const Secret& seed);

}  // namespace rgw::mfa
