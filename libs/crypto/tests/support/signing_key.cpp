#include "rgw/crypto_testing/signing_key.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdexcept>

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "signing_key_state.hpp"

namespace rgw::crypto::testing {
namespace {

void require(bool worked) {
    if (!worked) {
        throw std::runtime_error("OpenSSL failed in a test's key");
    }
}

EVP_PKEY* generate(KeyKind kind) {
    switch (kind) {
        case KeyKind::rsa:
            return EVP_RSA_gen(2048);
        case KeyKind::short_rsa:
            return EVP_RSA_gen(1024);
        case KeyKind::p256:
            return EVP_EC_gen("P-256");
        case KeyKind::p384:
            return EVP_EC_gen("P-384");
        case KeyKind::p521:
            return EVP_EC_gen("P-521");
        case KeyKind::ed25519:
            return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
        case KeyKind::ed448:
            break;
    }
    return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448");
}

std::size_t field_octets(KeyKind kind) {
    if (kind == KeyKind::p521) {
        return 66;
    }
    return kind == KeyKind::p384 ? 48 : 32;
}

// `octets` 0: as few as there are.
std::string big_endian(const BIGNUM* number, std::size_t octets) {
    const auto size = octets > 0 ? octets : static_cast<std::size_t>(BN_num_bytes(number));
    std::string out(size, '\0');
    require(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()),
                         static_cast<int>(size)) > 0);
    return out;
}

std::string parameter(const EVP_PKEY* key, const char* name, std::size_t octets) {
    BIGNUM* number = nullptr;
    require(EVP_PKEY_get_bn_param(key, name, &number) == 1);
    std::string out = big_endian(number, octets);
    BN_free(number);
    return out;
}

std::string raw_public_key(const EVP_PKEY* key) {
    std::string out(57, '\0');
    std::size_t size = out.size();
    require(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(out.data()), &size) ==
            1);
    out.resize(size);
    return out;
}

std::string pair_of_der(const std::string& der, std::size_t octets) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
    require(signature != nullptr);
    std::string out = big_endian(ECDSA_SIG_get0_r(signature), octets) +
                      big_endian(ECDSA_SIG_get0_s(signature), octets);
    ECDSA_SIG_free(signature);
    return out;
}

const EVP_MD* digest_of(SignatureAlgorithm algorithm) {
    switch (algorithm) {
        case SignatureAlgorithm::rs256:
        case SignatureAlgorithm::ps256:
        case SignatureAlgorithm::es256:
            return EVP_sha256();
        case SignatureAlgorithm::es384:
            return EVP_sha384();
        case SignatureAlgorithm::es512:
            return EVP_sha512();
        case SignatureAlgorithm::ed25519:
        case SignatureAlgorithm::ed448:
            break;
    }
    return nullptr;
}

SignatureAlgorithm signature_algorithm(JwsAlgorithm algorithm) {
    switch (algorithm) {
        case JwsAlgorithm::rs256:
            return SignatureAlgorithm::rs256;
        case JwsAlgorithm::ps256:
            return SignatureAlgorithm::ps256;
        case JwsAlgorithm::es256:
            return SignatureAlgorithm::es256;
        case JwsAlgorithm::es384:
            return SignatureAlgorithm::es384;
        case JwsAlgorithm::eddsa:
            break;
    }
    return SignatureAlgorithm::ed25519;
}

}  // namespace

SigningKey::SigningKey(KeyKind kind) : state_(new State{.kind = kind, .key = generate(kind)}) {
    require(state_->key != nullptr);
}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;

PublicNumbers SigningKey::public_numbers() const {
    const EVP_PKEY* key = state_->key;
    switch (state_->kind) {
        case KeyKind::rsa:
        case KeyKind::short_rsa:
            return {.first = parameter(key, OSSL_PKEY_PARAM_RSA_N, 0),
                    .second = parameter(key, OSSL_PKEY_PARAM_RSA_E, 0)};
        case KeyKind::p256:
        case KeyKind::p384:
        case KeyKind::p521:
            return {.first = parameter(key, OSSL_PKEY_PARAM_EC_PUB_X, field_octets(state_->kind)),
                    .second = parameter(key, OSSL_PKEY_PARAM_EC_PUB_Y, field_octets(state_->kind))};
        case KeyKind::ed25519:
        case KeyKind::ed448:
            break;
    }
    return {.first = raw_public_key(key), .second = {}};
}

std::string SigningKey::public_jwk(std::string_view key_id, std::string_view more) const {
    const PublicNumbers numbers = public_numbers();
    std::string out;
    if (state_->kind == KeyKind::rsa || state_->kind == KeyKind::short_rsa) {
        out = R"({"kty":"RSA","n":")" + base64url(numbers.first) + R"(","e":")" +
              base64url(numbers.second);
    } else if (state_->kind == KeyKind::ed25519) {
        out = R"({"kty":"OKP","crv":"Ed25519","x":")" + base64url(numbers.first);
    } else {
        out = R"({"kty":"EC","crv":")" +
              std::string(state_->kind == KeyKind::p256 ? "P-256" : "P-384") + R"(","x":")" +
              base64url(numbers.first) + R"(","y":")" + base64url(numbers.second);
    }
    out += '"';
    if (!key_id.empty()) {
        out += R"(,"kid":")" + std::string(key_id) + '"';
    }
    return out + std::string(more) + "}";
}

std::string SigningKey::sign_der(SignatureAlgorithm algorithm, std::string_view message) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_PKEY_CTX* key_context = nullptr;
    require(EVP_DigestSignInit(context, &key_context, digest_of(algorithm), nullptr, state_->key) ==
            1);
    if (algorithm == SignatureAlgorithm::ps256) {
        require(EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    std::string signature(1024, '\0');
    std::size_t size = signature.size();
    require(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                           reinterpret_cast<const unsigned char*>(message.data()),
                           message.size()) == 1);
    EVP_MD_CTX_free(context);
    signature.resize(size);
    return signature;
}

std::string SigningKey::sign(JwsAlgorithm algorithm, std::string_view message) const {
    std::string signature = sign_der(signature_algorithm(algorithm), message);
    const bool pair = algorithm == JwsAlgorithm::es256 || algorithm == JwsAlgorithm::es384;
    return pair ? pair_of_der(signature, field_octets(state_->kind)) : signature;
}

std::string SigningKey::token(JwsAlgorithm algorithm, std::string_view header,
                              std::string_view payload) const {
    const std::string input = signing_input(header, payload);
    return input + "." + base64url(sign(algorithm, input));
}

std::string signing_input(std::string_view header, std::string_view payload) {
    return base64url(header) + "." + base64url(payload);
}

std::string hs256_token(std::string_view secret, std::string_view header,
                        std::string_view payload) {
    const std::string input = signing_input(header, payload);
    return input + "." + base64url(text_of(hmac_sha256(secret, input)));
}

}  // namespace rgw::crypto::testing
