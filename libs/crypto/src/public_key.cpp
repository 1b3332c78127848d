#include "public_key.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <tuple>

#include "edwards_point.hpp"
#include "rgw/base/releases.hpp"

namespace rgw::crypto {
namespace {

using Number = std::unique_ptr<BIGNUM, Releases<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Releases<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Releases<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Releases<EVP_PKEY_CTX_free>>;
using MdContext = std::unique_ptr<EVP_MD_CTX, Releases<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Releases<ECDSA_SIG_free>>;

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Number number_of(std::string_view big_endian) {
    return Number(BN_bin2bn(raw(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

KeyHandle key_from(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1) {
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
    }
    ERR_clear_error();  // what is queued here would be taken for a failure of the next TLS call
    return KeyHandle(key);
}

// Null: the algorithm has its own.
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

const char* group_of(KeyType curve) {
    if (curve == KeyType::p256) {
        return "P-256";
    }
    return curve == KeyType::p384 ? "P-384" : "P-521";
}

bool use_pss(EVP_PKEY_CTX* context) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

}  // namespace

void FreeKey::operator()(EVP_PKEY* key) const {
    EVP_PKEY_free(key);
}

KeyHandle make_rsa_key(std::string_view modulus, std::string_view exponent) {
    const Number n = number_of(modulus);
    const Number e = number_of(exponent);
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!n || !e || !builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
        return nullptr;
    }
    return key_from("RSA", builder.get());
}

KeyHandle make_ec_key(KeyType curve, std::string_view x, std::string_view y) {
    const std::string point = "\x04" + std::string(x) + std::string(y);  // SEC 1 §2.3.3
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_of(curve),
                                        0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1) {
        return nullptr;
    }
    KeyHandle key = key_from("EC", builder.get());
    const KeyContext context(key ? EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)
                                 : nullptr);
    const bool valid = context && EVP_PKEY_public_check(context.get()) == 1;
    ERR_clear_error();
    return valid ? std::move(key) : nullptr;
}

KeyHandle make_edwards_key(KeyType curve, std::string_view point) {
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!is_sound_point(curve, point) || !builder ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1) {
        return nullptr;
    }
    return key_from(curve == KeyType::ed448 ? "ED448" : "ED25519", builder.get());
}

std::size_t field_octets(KeyType curve) {
    switch (curve) {
        case KeyType::p256:
            return 32;
        case KeyType::p384:
            return 48;
        case KeyType::p521:
            return 66;
        case KeyType::rsa:
        case KeyType::ed25519:
        case KeyType::ed448:
            break;
    }
    return 0;
}

KeyType key_type_of(SignatureAlgorithm algorithm) {
    switch (algorithm) {
        case SignatureAlgorithm::rs256:
        case SignatureAlgorithm::ps256:
            return KeyType::rsa;
        case SignatureAlgorithm::es256:
            return KeyType::p256;
        case SignatureAlgorithm::es384:
            return KeyType::p384;
        case SignatureAlgorithm::es512:
            return KeyType::p521;
        case SignatureAlgorithm::ed25519:
            return KeyType::ed25519;
        case SignatureAlgorithm::ed448:
            break;
    }
    return KeyType::ed448;
}

bool verify_signature(EVP_PKEY* key, SignatureAlgorithm algorithm, std::string_view message,
                      std::string_view signature) {
    const MdContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_context = nullptr;  // the digest context owns it
    const bool good = context &&
                      EVP_DigestVerifyInit(context.get(), &key_context, digest_of(algorithm),
                                           nullptr, key) == 1 &&
                      (algorithm != SignatureAlgorithm::ps256 || use_pss(key_context)) &&
                      EVP_DigestVerify(context.get(), raw(signature), signature.size(),
                                       raw(message), message.size()) == 1;
    ERR_clear_error();
    return good;
}

std::optional<std::string> der_of_pair(std::string_view pair, std::size_t number_octets) {
    if (pair.size() != 2 * number_octets) {
        return std::nullopt;
    }
    Number r = number_of(pair.substr(0, number_octets));
    Number s = number_of(pair.substr(number_octets));
    const EcdsaSignature signature(ECDSA_SIG_new());
    if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) {
        return std::nullopt;
    }
    std::ignore = r.release();  // the signature's now
    std::ignore = s.release();
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &der);
    if (size <= 0) {
        return std::nullopt;
    }
    std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

}  // namespace rgw::crypto
