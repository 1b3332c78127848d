#include "rgw/identity/user_code.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"

namespace rgw::identity {
namespace {

constexpr std::string_view alphabet = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t code_letters = 8;
constexpr std::size_t longest_typed = 64;
// A byte from here on would make the first letters likelier than the others.
constexpr std::uint8_t fair_below = 256 / alphabet.size() * alphabet.size();

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::string new_user_code() {
    std::string code;
    while (code.size() < code_letters) {
        std::array<std::byte, 1> byte{};
        crypto::random_bytes(byte);
        const auto drawn = std::to_integer<std::uint8_t>(byte[0]);
        if (drawn < fair_below) {
            code += alphabet[drawn % alphabet.size()];
        }
    }
    return code;
}

std::string shown_user_code(std::string_view code) {
    return std::string(code.substr(0, code_letters / 2)) + "-" +
           std::string(code.substr(code_letters / 2));
}

std::optional<std::string> parse_user_code(std::string_view typed) {
    if (typed.size() > longest_typed) {
        return std::nullopt;
    }
    std::string code;
    for (const char c : typed) {
        if (c == '-' || c == ' ') {
            continue;
        }
        if (alphabet.find(upper(c)) == std::string_view::npos) {
            return std::nullopt;
        }
        code += upper(c);
    }
    return code.size() == code_letters ? std::optional(code) : std::nullopt;
}

std::string user_code_hash(const Secret& key, std::string_view code) {
    return crypto::hex(crypto::hmac_sha256(key.expose(), "user-code|" + std::string(code)));
}

}  // namespace rgw::identity
