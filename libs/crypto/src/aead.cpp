#include "rgw/crypto/aead.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <vector>

#include "rgw/base/releases.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"

namespace rgw::crypto {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Releases<EVP_CIPHER_CTX_free>>;
using Kdf = std::unique_ptr<EVP_KDF, Releases<EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Releases<EVP_KDF_CTX_free>>;

constexpr std::size_t purpose_key_bytes = 32;
constexpr std::size_t key_id_bytes = 8;

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}
int length(std::string_view bytes) {
    return static_cast<int>(bytes.size());
}

[[noreturn]] void broken(const char* what) {
    ERR_clear_error();
    throw std::runtime_error(what);
}

void check_sizes(const Secret& key, std::string_view nonce) {
    if (key.expose().size() != aead_key_bytes || nonce.size() != aead_nonce_bytes) {
        throw std::invalid_argument("AES-256-GCM takes a key of 32 and a nonce of 12 bytes");
    }
}

OSSL_PARAM octets(const char* name, std::string_view bytes) {
    // OpenSSL only reads them, but its structure is shared with calls that write.
    return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
}

}  // namespace

std::string aes_256_gcm_seal(const Secret& key, std::string_view nonce, std::string_view associated,
                             std::string_view plain) {
    check_sizes(key, nonce);
    const CipherContext context(EVP_CIPHER_CTX_new());
    std::string out(plain.size() + aead_tag_bytes, '\0');
    int written = 0;
    if (!context ||
        EVP_EncryptInit_ex2(context.get(), EVP_aes_256_gcm(), raw(key.expose()), raw(nonce),
                            nullptr) != 1 ||
        EVP_EncryptUpdate(context.get(), nullptr, &written, raw(associated), length(associated)) !=
            1 ||
        EVP_EncryptUpdate(context.get(), raw(out), &written, raw(plain), length(plain)) != 1 ||
        EVP_EncryptFinal_ex(context.get(), raw(out) + plain.size(), &written) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, aead_tag_bytes,
                            out.data() + plain.size()) != 1) {
        broken("AES-256-GCM does not seal");
    }
    return out;
}

Result<Secret> aes_256_gcm_open(const Secret& key, std::string_view nonce,
                                std::string_view associated, std::string_view ciphertext) {
    check_sizes(key, nonce);
    if (ciphertext.size() < aead_tag_bytes) {
        return Error(Errc::invalid_value, "sealed: too short");
    }
    const std::size_t size = ciphertext.size() - aead_tag_bytes;
    std::string tag(ciphertext.substr(size));
    std::string plain(size, '\0');
    const CipherContext context(EVP_CIPHER_CTX_new());
    int written = 0;
    if (!context ||
        EVP_DecryptInit_ex2(context.get(), EVP_aes_256_gcm(), raw(key.expose()), raw(nonce),
                            nullptr) != 1 ||
        EVP_DecryptUpdate(context.get(), nullptr, &written, raw(associated), length(associated)) !=
            1 ||
        EVP_DecryptUpdate(context.get(), raw(plain), &written, raw(ciphertext),
                          static_cast<int>(size)) != 1 ||
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, aead_tag_bytes, tag.data()) !=
            1) {
        broken("AES-256-GCM does not open");
    }
    // Until the tag is seen to be right, what was decrypted is nobody's.
    Secret opened(std::move(plain));
    std::array<unsigned char, aead_tag_bytes> rest{};
    const bool genuine = EVP_DecryptFinal_ex(context.get(), rest.data(), &written) == 1;
    ERR_clear_error();
    return genuine ? Result<Secret>(std::move(opened))
                   : Error(Errc::invalid_value, "sealed: it was touched, or is of another place");
}

Secret hkdf_sha256(const Secret& input, std::string_view salt, std::string_view info,
                   std::size_t size) {
    const Kdf kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const KdfContext context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
    const std::array<OSSL_PARAM, 5> parameters{
        octets(OSSL_KDF_PARAM_KEY, input.expose()), octets(OSSL_KDF_PARAM_SALT, salt),
        octets(OSSL_KDF_PARAM_INFO, info),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>("SHA256"), 0),
        OSSL_PARAM_construct_end()};
    std::string out(size, '\0');
    if (!context || EVP_KDF_derive(context.get(), raw(out), out.size(), parameters.data()) != 1) {
        broken("HKDF-SHA-256 does not derive");
    }
    return Secret(std::move(out));
}

PurposeKey::PurposeKey(const Secret& server_key, std::string_view purpose)
    : key(hkdf_sha256(server_key, "rack-gateway", purpose, purpose_key_bytes)) {
    const Digest digest = sha256(key.expose());
    id = hex(std::span(digest).first(key_id_bytes));
}

Sealed SealingKey::seal(std::string_view plain, std::string_view associated) const {
    std::array<std::byte, aead_nonce_bytes> nonce{};
    random_bytes(nonce);
    std::string bytes(text_of(nonce));
    bytes += aes_256_gcm_seal(key_.key, text_of(nonce), associated, plain);
    return {.bytes = std::move(bytes), .key_id = id()};
}

Result<Secret> SealingKey::open(const Sealed& sealed, std::string_view associated) const {
    if (sealed.key_id != id()) {
        return Error(Errc::configuration_invalid,
                     "sealed with key " + sealed.key_id + ", ours is " + id());
    }
    if (sealed.bytes.size() < aead_nonce_bytes) {
        return Error(Errc::invalid_value, "sealed: too short");
    }
    const std::string_view bytes = sealed.bytes;
    return aes_256_gcm_open(key_.key, bytes.substr(0, aead_nonce_bytes), associated,
                            bytes.substr(aead_nonce_bytes));
}

}  // namespace rgw::crypto
