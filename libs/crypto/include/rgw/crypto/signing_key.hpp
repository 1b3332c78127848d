#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/crypto/verifying_key.hpp"

namespace rgw::crypto {

// An Ed25519 key that signs (RFC 8032 §5.1). Immutable and cheap to copy; any thread.
class SigningKey {
public:
    // `seed`: the 32 octets of RFC 8032 §5.1.5, of a PurposeKey for one. Error: invalid_value.
    static Result<SigningKey> ed25519(const Secret& seed);

    [[nodiscard]] std::string public_key() const;                    // 32 octets
    [[nodiscard]] std::string sign(std::string_view message) const;  // 64 octets
    [[nodiscard]] VerifyingKey verifying_key() const;

private:
    struct Key;
    explicit SigningKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}

    std::shared_ptr<const Key> key_;
};

}  // namespace rgw::crypto
