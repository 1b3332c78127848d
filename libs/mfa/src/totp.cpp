#include "rgw/mfa/totp.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <span>

#include "rgw/base/percent.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"

namespace rgw::mfa {
namespace {

constexpr std::size_t seed_bytes = 20;
constexpr int code_digits = 6;

// RFC 4226 §5.3: four bytes from where the last half-byte points to, without the sign.
std::uint32_t truncated(const crypto::Sha1Mac& mac) {
    const std::size_t at = std::to_integer<std::size_t>(mac.back() & std::byte{0x0F});
    std::uint32_t value = 0;
    for (const std::byte byte : std::span(mac).subspan(at, 4)) {
        value = (value << 8U) | std::to_integer<std::uint32_t>(byte);
    }
    return value & 0x7FFFFFFFU;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

Secret new_totp_seed() {
    std::array<std::byte, seed_bytes> bytes{};
    crypto::random_bytes(bytes);
    return Secret(std::string(crypto::text_of(bytes)));
}

Secret totp_seed_text(const Secret& seed) {
    return Secret(crypto::base32(seed.expose()));
}

std::int64_t totp_step(Timestamp at) {
    using Steps = std::chrono::duration<std::int64_t, std::ratio<totp_step_seconds>>;
    return std::chrono::floor<Steps>(at.time_since_epoch()).count();
}

std::string totp_code(const Secret& seed, std::int64_t step, int digits) {
    std::string counter;  // big-endian
    for (int shift = 56; shift >= 0; shift -= 8) {
        counter += static_cast<char>((static_cast<std::uint64_t>(step) >> shift) & 0xFFU);
    }
    std::uint32_t value = truncated(crypto::hmac_sha1(seed.expose(), counter));
    std::string code(static_cast<std::size_t>(digits), '0');
    for (auto digit = code.rbegin(); digit != code.rend(); ++digit) {
        *digit = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return code;
}

std::optional<std::int64_t> find_totp_step(const Secret& seed, std::string_view code,
                                           Timestamp now) {
    if (code.size() != code_digits || !std::ranges::all_of(code, is_digit)) {
        return std::nullopt;
    }
    const std::int64_t current = totp_step(now);
    std::optional<std::int64_t> found;
    // None is left out once one fits: how long it takes must not say which.
    for (const std::int64_t step : {current - 1, current, current + 1}) {
        if (crypto::constant_time_equal(totp_code(seed, step), code)) {
            found = step;
        }
    }
    return found;
}

Secret totp_uri(std::string_view issuer, std::string_view account, const Secret& seed) {
    std::string uri = "otpauth://totp/";
    append_query_component(uri, issuer);
    uri += ':';
    append_query_component(uri, account);
    uri += "?secret=";
    uri += totp_seed_text(seed).expose();
    uri += "&issuer=";
    append_query_component(uri, issuer);
    uri += "&algorithm=SHA1&digits=" + std::to_string(code_digits);
    uri += "&period=" + std::to_string(totp_step_seconds);
    return Secret(std::move(uri));
}

}  // namespace rgw::mfa
