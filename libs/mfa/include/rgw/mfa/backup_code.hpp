#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/secret.hpp"

// Codes that stand in for a lost factor, each once.
namespace rgw::mfa {

inline constexpr std::size_t backup_codes_per_user = 10;

// Ten codes of 120 random bits in Crockford's base32, "ABCDEF-GHJKMN-PQRSTV-WXYZ01".
[[nodiscard]] std::vector<Secret> new_backup_codes();

// The 24 characters of what a person typed: upper case, separators (spaces, dashes) left out, O
// read as 0, I and L as 1. Empty when it is no backup code.
[[nodiscard]] std::optional<Secret> normalise_backup_code(std::string_view typed);

// How codes are stored: lower-case hex of an HMAC-SHA-256 of the 24 characters, under a key derived
// from the server's for this purpose alone (120 random bits leave nothing to guess, so nothing
// needs to be slow). Immutable; any thread.
class BackupCodeHasher {
public:
    explicit BackupCodeHasher(const Secret& server_key);

    [[nodiscard]] const std::string& key_id() const { return key_id_; }
    // Of a normalised code, or of one as new_backup_codes() made it.
    [[nodiscard]] std::string hash(const Secret& code) const;

private:
    Secret key_;
    std::string key_id_;
};

}  // namespace rgw::mfa
