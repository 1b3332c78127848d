#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"

namespace rgw::crypto {

inline constexpr std::size_t aead_key_bytes = 32;
inline constexpr std::size_t aead_nonce_bytes = 12;
inline constexpr std::size_t aead_tag_bytes = 16;

// AES-256-GCM (NIST SP 800-38D): the ciphertext with its tag behind it. `associated` is not part of
// it but must be the same when it is opened. A nonce must never meet the same key twice.
[[nodiscard]] std::string aes_256_gcm_seal(const Secret& key, std::string_view nonce,
                                           std::string_view associated, std::string_view plain);
// Error: invalid_value: nothing that was sealed with this key, nonce and `associated`.
[[nodiscard]] Result<Secret> aes_256_gcm_open(const Secret& key, std::string_view nonce,
                                              std::string_view associated,
                                              std::string_view ciphertext);

// HKDF-SHA-256 (RFC 5869), `size` bytes, at most 8160.
[[nodiscard]] Secret hkdf_sha256(const Secret& input, std::string_view salt, std::string_view info,
                                 std::size_t size);

// A key for one purpose ("cli login exchange"), derived from the server's own: what was made with
// one is worth nothing for another.
struct PurposeKey {
    PurposeKey(const Secret& server_key, std::string_view purpose);

    Secret key;      // 32 bytes
    std::string id;  // 16 hex digits, the beginning of its SHA-256: another server key has another
};

// A secret at rest: what is stored, and which key opens it.
struct Sealed {
    std::string bytes;   // nonce, ciphertext, tag
    std::string key_id;  // 16 hex digits
};

// Seals what must be read again but never lie in the database as it is, with the key of one
// purpose; `associated` ties a value to its place (the row's key). Immutable; any thread.
class SealingKey {
public:
    SealingKey(const Secret& server_key, std::string_view purpose) : key_(server_key, purpose) {}

    [[nodiscard]] const std::string& id() const { return key_.id; }

    // With a random nonce: good for 2^32 values of one purpose (NIST SP 800-38D §8.3).
    [[nodiscard]] Sealed seal(std::string_view plain, std::string_view associated) const;
    // Errors: configuration_invalid when another key sealed it (APP_SECRET_KEY was changed);
    // invalid_value when it was touched, or belongs to another place.
    [[nodiscard]] Result<Secret> open(const Sealed& sealed, std::string_view associated) const;

private:
    PurposeKey key_;
};

}  // namespace rgw::crypto
