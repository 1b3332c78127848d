#include "support/certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

#include "openssl_types.hpp"

namespace rgw::http::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Releases<X509_free>>;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

void add_extension(X509* certificate, int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Certificate self_signed(EVP_PKEY* key, const std::string& name, int valid_days) {
    static long serial = 1;
    constexpr long day = 24L * 60 * 60;
    Certificate certificate(X509_new());
    X509* raw = certificate.get();
    X509_set_version(raw, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(raw), serial++);
    X509_gmtime_adj(X509_getm_notBefore(raw), -2 * day);
    X509_gmtime_adj(X509_getm_notAfter(raw), valid_days * day);
    X509_set_pubkey(raw, key);
    X509_NAME* subject = X509_get_subject_name(raw);
    const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(raw, subject);
    const bool is_address = name.find_first_not_of("0123456789.") == std::string::npos;
    add_extension(raw, NID_subject_alt_name, (is_address ? "IP:" : "DNS:") + name);
    add_extension(raw, NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(raw, key, EVP_sha256());
    return certificate;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "rgw-http-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("mkdtemp");
    }
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

CertificateFiles make_certificate(const TemporaryDirectory& directory, const std::string& name,
                                  int valid_days) {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate = self_signed(key.get(), name, valid_days);
    CertificateFiles files{directory.file(name + ".crt"), directory.file(name + ".key")};
    const File certificate_file(std::fopen(files.certificate.c_str(), "w"));
    PEM_write_X509(certificate_file.get(), certificate.get());
    const File key_file(std::fopen(files.key.c_str(), "w"));
    PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return files;
}

}  // namespace rgw::http::test
