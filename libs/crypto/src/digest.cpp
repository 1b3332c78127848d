#include "rgw/crypto/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdexcept>
#include <string>

namespace rgw::crypto {
namespace {

void require(bool worked, const char* what) {
    if (!worked) {
        throw std::runtime_error(what);
    }
}

const unsigned char* raw(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* writable(std::span<std::byte> bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

// Fetched once: OpenSSL 3 looks an algorithm up by name on every call that is not given one, which
// costs four times the hash of a short text.
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    require(algorithm != nullptr, "OpenSSL has no SHA-256");
    return algorithm;
}

struct FreeMdContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using MdContext = std::unique_ptr<EVP_MD_CTX, FreeMdContext>;

MdContext new_md_context() {
    MdContext context(EVP_MD_CTX_new());
    require(context != nullptr, "EVP_MD_CTX_new failed");
    return context;
}

void start(EVP_MD_CTX* context) {
    require(EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr) == 1, "SHA-256 cannot start");
}

void feed(EVP_MD_CTX* context, std::span<const std::byte> piece) {
    require(EVP_DigestUpdate(context, piece.data(), piece.size()) == 1, "SHA-256 failed");
}

Digest result(EVP_MD_CTX* context) {
    Digest digest{};
    require(EVP_DigestFinal_ex(context, writable(digest), nullptr) == 1, "SHA-256 failed");
    return digest;
}

struct FreeMacContext {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMacContext>;

MacContext new_mac_context() {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    require(algorithm != nullptr, "OpenSSL has no HMAC");
    MacContext context(EVP_MAC_CTX_new(algorithm));
    require(context != nullptr, "EVP_MAC_CTX_new failed");
    return context;
}

void take_key(EVP_MAC_CTX* context, std::string_view key, std::string digest_name) {
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name.data(), 0),
        OSSL_PARAM_construct_end()};
    // An empty key must still be a pointer: a null one means "the key of before".
    const std::string_view pointer = key.empty() ? std::string_view("") : key;
    require(EVP_MAC_init(context, raw(bytes_of(pointer)), key.size(), params) == 1,
            "HMAC cannot take its key");
}

void mac_into(EVP_MAC_CTX* context, std::span<const std::byte> message, std::span<std::byte> out) {
    std::size_t written = 0;
    // Without a key the context starts over with the one it has.
    const bool worked = EVP_MAC_init(context, nullptr, 0, nullptr) == 1 &&
                        EVP_MAC_update(context, raw(message), message.size()) == 1 &&
                        EVP_MAC_final(context, writable(out), &written, out.size()) == 1 &&
                        written == out.size();
    require(worked, "HMAC failed");
}

}  // namespace

Digest sha256(std::span<const std::byte> message) {
    thread_local const MdContext context = new_md_context();
    start(context.get());
    feed(context.get(), message);
    return result(context.get());
}

std::string hash(HashAlgorithm algorithm, std::string_view message) {
    const EVP_MD* const digest = algorithm == HashAlgorithm::sha256   ? EVP_sha256()
                                 : algorithm == HashAlgorithm::sha384 ? EVP_sha384()
                                                                      : EVP_sha512();
    std::string out(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    require(EVP_Digest(message.data(), message.size(), reinterpret_cast<unsigned char*>(out.data()),
                       &size, digest, nullptr) == 1,
            "OpenSSL cannot hash");
    out.resize(size);
    return out;
}

struct Sha256::State {
    MdContext context = new_md_context();
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    start(state_->context.get());
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::span<const std::byte> piece) {
    feed(state_->context.get(), piece);
    return *this;
}

Digest Sha256::finish() {
    const Digest digest = result(state_->context.get());
    start(state_->context.get());
    return digest;
}

struct HmacSha256::State {
    MacContext context = new_mac_context();
};

HmacSha256::HmacSha256(std::string_view key) : state_(std::make_unique<State>()) {
    take_key(state_->context.get(), key, "SHA256");
}
HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Digest HmacSha256::mac(std::span<const std::byte> message) {
    Digest digest{};
    mac_into(state_->context.get(), message, digest);
    return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
    return HmacSha256(key).mac(message);
}

Sha1Mac hmac_sha1(std::string_view key, std::string_view message) {
    const MacContext context = new_mac_context();
    take_key(context.get(), key, "SHA1");
    Sha1Mac mac{};
    mac_into(context.get(), bytes_of(message), mac);
    return mac;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rgw::crypto
