#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rgw::crypto {

using Digest = std::array<std::byte, 32>;

[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}
[[nodiscard]] inline std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// FIPS 180-4.
[[nodiscard]] Digest sha256(std::span<const std::byte> message);
[[nodiscard]] inline Digest sha256(std::string_view message) {
    return sha256(bytes_of(message));
}

enum class HashAlgorithm : std::uint8_t { sha256, sha384, sha512 };
// FIPS 180-4, where a foreign format chooses the algorithm.
[[nodiscard]] std::string hash(HashAlgorithm algorithm, std::string_view message);

// SHA-256 of a message that comes in pieces.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    Sha256& update(std::span<const std::byte> piece);
    Sha256& update(std::string_view piece) { return update(bytes_of(piece)); }
    // The digest; the object starts over with the empty message.
    [[nodiscard]] Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// HMAC-SHA-256 (RFC 2104) with the key scheduled once. One thread at a time.
class HmacSha256 {
public:
    explicit HmacSha256(std::string_view key);
    ~HmacSha256();
    HmacSha256(HmacSha256&&) noexcept;
    HmacSha256& operator=(HmacSha256&&) noexcept;

    [[nodiscard]] Digest mac(std::span<const std::byte> message);
    [[nodiscard]] Digest mac(std::string_view message) { return mac(bytes_of(message)); }

private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] Digest hmac_sha256(std::string_view key, std::string_view message);

// HMAC-SHA-1, only where others have fixed it: the codes of RFC 6238 and Yubico's validation
// protocol. What is ours to choose is HMAC-SHA-256.
using Sha1Mac = std::array<std::byte, 20>;
[[nodiscard]] Sha1Mac hmac_sha1(std::string_view key, std::string_view message);

// Takes the same time wherever two texts of one length differ; only a difference in length shows.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b);
[[nodiscard]] inline bool constant_time_equal(std::span<const std::byte> a,
                                              std::span<const std::byte> b) {
    return constant_time_equal(text_of(a), text_of(b));
}

}  // namespace rgw::crypto
