#include "rgw/crypto/signing_key.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <stdexcept>
#include <utility>

#include "public_key.hpp"
#include "rgw/base/releases.hpp"

namespace rgw::crypto {
namespace {

constexpr std::size_t seed_octets = 32;
constexpr std::size_t public_octets = 32;
constexpr std::size_t signature_octets = 64;

using MdContext = std::unique_ptr<EVP_MD_CTX, Releases<EVP_MD_CTX_free>>;

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

void require(bool worked, const char* what) {
    if (!worked) {
        ERR_clear_error();
        throw std::runtime_error(what);
    }
}

}  // namespace

struct SigningKey::Key {
    KeyHandle handle;
    std::string public_key;
};

Result<SigningKey> SigningKey::ed25519(const Secret& seed) {
    if (seed.expose().size() != seed_octets) {
        return Error(Errc::invalid_value, "the seed of an Ed25519 key has 32 octets");
    }
    Key key{.handle = KeyHandle(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                                             raw(seed.expose()), seed_octets)),
            .public_key = std::string(public_octets, '\0')};
    std::size_t written = public_octets;
    require(key.handle &&
                EVP_PKEY_get_raw_public_key(key.handle.get(), raw(key.public_key), &written) == 1 &&
                written == public_octets,
            "OpenSSL makes no Ed25519 key");
    return SigningKey(std::make_shared<const Key>(std::move(key)));
}

std::string SigningKey::public_key() const {
    return key_->public_key;
}

std::string SigningKey::sign(std::string_view message) const {
    const MdContext context(EVP_MD_CTX_new());
    std::string signature(signature_octets, '\0');
    std::size_t written = signature.size();
    require(
        context &&
            EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->handle.get()) == 1 &&
            EVP_DigestSign(context.get(), raw(signature), &written, raw(message), message.size()) ==
                1 &&
            written == signature_octets,
        "Ed25519 does not sign");
    return signature;
}

VerifyingKey SigningKey::verifying_key() const {
    return VerifyingKey::edwards(KeyType::ed25519, key_->public_key).value();
}

}  // namespace rgw::crypto
