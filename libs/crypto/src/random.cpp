#include "rgw/crypto/random.hpp"

#include <openssl/rand.h>

#include <array>
#include <bit>
#include <stdexcept>
#include <string>

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::crypto {
namespace {

constexpr std::size_t token_bytes = 32;

}  // namespace

void random_bytes(std::span<std::byte> out) {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) !=
        1) {
        throw std::runtime_error("no random bytes");
    }
}

std::uint64_t random_u64() {
    std::array<std::byte, sizeof(std::uint64_t)> bytes{};
    random_bytes(bytes);
    return std::bit_cast<std::uint64_t>(bytes);
}

Secret random_token(std::string_view prefix) {
    std::array<std::byte, token_bytes> bytes{};
    random_bytes(bytes);
    return Secret(std::string(prefix) + base64url(text_of(bytes)));
}

std::string random_uuid() {
    std::array<std::byte, 16> bytes{};
    random_bytes(bytes);
    bytes[6] = (bytes[6] & std::byte{0x0F}) | std::byte{0x40};  // version 4
    bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80};  // the RFC's variant
    std::string text = hex(bytes);
    for (const std::size_t at : {8, 13, 18, 23}) {
        text.insert(at, 1, '-');
    }
    return text;
}

}  // namespace rgw::crypto
