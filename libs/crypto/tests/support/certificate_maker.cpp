#include "rgw/crypto_testing/certificate_maker.hpp"

#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

#include "rgw/base/releases.hpp"
#include "signing_key_state.hpp"

namespace rgw::crypto::testing {
namespace {

using Handle = std::unique_ptr<X509, Releases<X509_free>>;
using Name = std::unique_ptr<X509_NAME, Releases<X509_NAME_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, Releases<ASN1_OBJECT_free>>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, Releases<ASN1_OCTET_STRING_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Releases<X509_EXTENSION_free>>;

void require(bool worked) {
    if (!worked) {
        throw std::runtime_error("OpenSSL failed in a test's certificate");
    }
}

const unsigned char* raw(const std::string& bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Name make_name(const std::vector<NameAttribute>& attributes) {
    Name name(X509_NAME_new());
    for (const NameAttribute& attribute : attributes) {
        const Object type(OBJ_txt2obj(attribute.type.c_str(), 1));
        require(X509_NAME_add_entry_by_OBJ(name.get(), type.get(), MBSTRING_UTF8,
                                           raw(attribute.value),
                                           static_cast<int>(attribute.value.size()), -1, 0) == 1);
    }
    return name;
}

void add_extension(X509* certificate, const DraftExtension& draft) {
    const Object type(OBJ_txt2obj(draft.oid.c_str(), 1));
    const Octets value(ASN1_OCTET_STRING_new());
    require(ASN1_OCTET_STRING_set(value.get(), raw(draft.value),
                                  static_cast<int>(draft.value.size())) == 1);
    const Extension extension(
        X509_EXTENSION_create_by_OBJ(nullptr, type.get(), draft.critical ? 1 : 0, value.get()));
    require(X509_add_ext(certificate, extension.get(), -1) == 1);
}

void set_time(ASN1_TIME* time, Timestamp at) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    require(ASN1_TIME_set(time, seconds) != nullptr);
}

const EVP_MD* digest_for(const CertificateDraft& draft, KeyKind issuer) {
    if (issuer == KeyKind::ed25519 || issuer == KeyKind::ed448) {
        return nullptr;
    }
    return draft.signed_with_sha1 ? EVP_sha1() : EVP_sha256();
}

}  // namespace

std::string issue_certificate(const CertificateDraft& draft, const SigningKey& subject,
                              const CertificateDraft& issuer, const SigningKey& issuer_key) {
    static long serial = 1;
    const Handle certificate(X509_new());
    X509* out = certificate.get();
    require(X509_set_version(out, draft.version - 1) == 1 &&
            ASN1_INTEGER_set(X509_get_serialNumber(out), ++serial) == 1 &&
            X509_set_subject_name(out, make_name(draft.subject).get()) == 1 &&
            X509_set_issuer_name(out, make_name(issuer.subject).get()) == 1 &&
            X509_set_pubkey(out, subject.state_->key) == 1);
    set_time(X509_getm_notBefore(out), draft.not_before);
    set_time(X509_getm_notAfter(out), draft.not_after);
    if (draft.authority) {
        const std::string constraints = *draft.authority ? "\x30\x03\x01\x01\xFF" : "\x30";
        add_extension(out, {.oid = "2.5.29.19",
                            .value = *draft.authority ? constraints : constraints + '\0',
                            .critical = true});
    }
    for (const DraftExtension& extension : draft.extensions) {
        add_extension(out, extension);
    }
    require(X509_sign(out, issuer_key.state_->key, digest_for(draft, issuer_key.state_->kind)) > 0);
    unsigned char* der = nullptr;
    const int size = i2d_X509(out, &der);
    require(size > 0);
    std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return bytes;
}

CertificateDraft authority_draft(const std::string& name) {
    return {.subject = {{.type = "2.5.4.3", .value = name}}, .authority = true};
}

}  // namespace rgw::crypto::testing
