#include "rgw/mfa/backup_code.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"

namespace rgw::mfa {
namespace {

// Crockford's: no I, L, O, U.
constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t code_letters = 24;
constexpr std::size_t group_letters = 6;
constexpr std::size_t longest_typed = 64;

Secret new_backup_code() {
    std::array<std::byte, code_letters> bytes{};
    crypto::random_bytes(bytes);
    std::string code;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i > 0 && i % group_letters == 0) {
            code += '-';
        }
        code += alphabet[std::to_integer<std::size_t>(bytes[i] & std::byte{31})];
    }
    return Secret(std::move(code));
}

char canonical(char c) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (upper == 'O') {
        return '0';
    }
    return upper == 'I' || upper == 'L' ? '1' : upper;
}

}  // namespace

std::vector<Secret> new_backup_codes() {
    std::vector<Secret> codes;
    codes.reserve(backup_codes_per_user);
    while (codes.size() < backup_codes_per_user) {
        codes.push_back(new_backup_code());
    }
    return codes;
}

std::optional<Secret> normalise_backup_code(std::string_view typed) {
    if (typed.size() > longest_typed) {
        return std::nullopt;
    }
    std::string code;
    for (const char c : typed) {
        if (c == '-' || c == ' ') {
            continue;
        }
        const char letter = canonical(c);
        if (alphabet.find(letter) == std::string_view::npos) {
            return std::nullopt;
        }
        code += letter;
    }
    return code.size() == code_letters ? std::optional<Secret>(std::move(code)) : std::nullopt;
}

std::string BackupCodeHasher::hash(const Secret& code) const {
    const std::optional<Secret> normalised = normalise_backup_code(code.expose());
    if (!normalised) {
        throw std::invalid_argument("what is hashed is no backup code");
    }
    return crypto::hex(crypto::hmac_sha256(key_.key.expose(), normalised->expose()));
}

}  // namespace rgw::mfa
