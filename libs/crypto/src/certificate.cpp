#include "rgw/crypto/certificate.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <string>

#include "public_key.hpp"
#include "rgw/base/releases.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::crypto {
namespace {

constexpr std::size_t max_certificate_bytes = 8UL * 1024;
constexpr int max_depth = 8;
constexpr int min_security_level = 2;  // 112 bits (SSL_CTX_set_security_level(3))

using Handle = std::unique_ptr<X509, Releases<X509_free>>;
using Store = std::unique_ptr<X509_STORE, Releases<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Releases<X509_STORE_CTX_free>>;
using AlternativeNames = std::unique_ptr<GENERAL_NAMES, Releases<GENERAL_NAMES_free>>;
using Purposes = std::unique_ptr<EXTENDED_KEY_USAGE, Releases<EXTENDED_KEY_USAGE_free>>;
using Constraints = std::unique_ptr<BASIC_CONSTRAINTS, Releases<BASIC_CONSTRAINTS_free>>;

// The stack, not what lies on it.
struct FreeStack {
    void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using Pile = std::unique_ptr<STACK_OF(X509), FreeStack>;

Error refusal(std::string_view why) {
    ERR_clear_error();
    return {Errc::invalid_value, "certificate: " + std::string(why)};
}

void require(bool worked) {
    if (!worked) {
        throw std::runtime_error("OpenSSL cannot check certificates");
    }
}

// What OpenSSL writes of it is what was read: DER, and nothing behind.
bool is_encoded_so(X509* certificate, std::string_view der) {
    unsigned char* written = nullptr;
    const int size = i2d_X509(certificate, &written);
    const bool same = size > 0 && std::string_view(reinterpret_cast<char*>(written),
                                                   static_cast<std::size_t>(size)) == der;
    OPENSSL_free(written);
    return same;
}

std::string dotted(const ASN1_OBJECT* object) {
    std::array<char, 128> text{};
    const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
    return size > 0 && static_cast<std::size_t>(size) < text.size() ? std::string(text.data())
                                                                    : std::string();
}

bool extensions_differ(const X509* certificate) {
    std::set<std::string> seen;
    for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
        X509_EXTENSION* extension = X509_get_ext(certificate, i);
        if (!seen.insert(dotted(X509_EXTENSION_get_object(extension))).second) {
            return false;
        }
    }
    return true;
}

void append_attributes(const X509_NAME* name, std::vector<NameAttribute>& to) {
    for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
        unsigned char* text = nullptr;
        const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
        std::string value(reinterpret_cast<char*>(text),
                          size > 0 ? static_cast<std::size_t>(size) : 0);
        OPENSSL_free(text);
        to.push_back({.type = dotted(X509_NAME_ENTRY_get_object(entry)), .value = value});
    }
    ERR_clear_error();
}

// Null when it is absent.
template <class Owner>
Owner find_extension(const X509* certificate, int nid) {
    Owner found(
        static_cast<typename Owner::pointer>(X509_get_ext_d2i(certificate, nid, nullptr, nullptr)));
    ERR_clear_error();
    return found;
}

bool has_path(X509* from, X509* root, const std::vector<X509*>& intermediates, Timestamp now) {
    const Store store(X509_STORE_new());
    const Pile pile(sk_X509_new_null());
    const StoreContext context(X509_STORE_CTX_new());
    require(store && pile && context && X509_STORE_add_cert(store.get(), root) == 1);
    for (X509* intermediate : intermediates) {
        require(sk_X509_push(pile.get(), intermediate) > 0);
    }
    require(X509_STORE_CTX_init(context.get(), store.get(), from, pile.get()) == 1);
    X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    X509_VERIFY_PARAM_set_time(rules, seconds);
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_depth(rules, max_depth);
    X509_VERIFY_PARAM_set_auth_level(rules, min_security_level);
    const bool good = X509_verify_cert(context.get()) == 1;
    ERR_clear_error();
    return good;
}

}  // namespace

struct Certificate::State {
    Handle handle;
    VerifyingKey key;
};

Result<Certificate> Certificate::parse(std::string_view der) {
    if (der.size() > max_certificate_bytes) {
        return refusal("too large");
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    Handle handle(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
    if (!handle || !is_encoded_so(handle.get(), der)) {
        return refusal("not one in DER");
    }
    if (const long version = X509_get_version(handle.get()); version < 0 || version > 2) {
        return refusal("of no version there is");  // OpenSSL takes any number
    }
    // Reads the extensions that OpenSSL knows, and keeps them.
    if (!extensions_differ(handle.get()) || X509_check_purpose(handle.get(), -1, 0) != 1) {
        return refusal("its extensions cannot be read");
    }
    const EVP_PKEY* public_key = X509_get0_pubkey(handle.get());
    if (public_key == nullptr) {
        return refusal("its public key cannot be read");
    }
    auto key = verifying_key_of(public_key);
    if (!key) {
        return key.error();
    }
    ERR_clear_error();
    return Certificate(
        std::make_shared<const State>(State{.handle = std::move(handle), .key = std::move(*key)}));
}

int Certificate::version() const {
    return static_cast<int>(X509_get_version(state_->handle.get())) + 1;
}

const VerifyingKey& Certificate::public_key() const {
    return state_->key;
}

std::vector<NameAttribute> Certificate::subject() const {
    std::vector<NameAttribute> out;
    append_attributes(X509_get_subject_name(state_->handle.get()), out);
    return out;
}

std::vector<NameAttribute> Certificate::alternative_directory_names() const {
    std::vector<NameAttribute> out;
    const auto names = find_extension<AlternativeNames>(state_->handle.get(), NID_subject_alt_name);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DIRNAME) {
            append_attributes(name->d.directoryName, out);
        }
    }
    return out;
}

std::optional<bool> Certificate::is_authority() const {
    const auto constraints =
        find_extension<Constraints>(state_->handle.get(), NID_basic_constraints);
    return constraints ? std::optional(constraints->ca != 0) : std::nullopt;
}

bool Certificate::has_purpose(std::string_view oid) const {
    const auto purposes = find_extension<Purposes>(state_->handle.get(), NID_ext_key_usage);
    for (int i = 0; purposes && i < sk_ASN1_OBJECT_num(purposes.get()); ++i) {
        if (dotted(sk_ASN1_OBJECT_value(purposes.get(), i)) == oid) {
            return true;
        }
    }
    return false;
}

std::optional<CertificateExtension> Certificate::extension(std::string_view oid) const {
    const X509* certificate = state_->handle.get();
    for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
        X509_EXTENSION* found = X509_get_ext(certificate, i);
        if (dotted(X509_EXTENSION_get_object(found)) == oid) {
            const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(found);
            return CertificateExtension{
                .value = {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                          static_cast<std::size_t>(ASN1_STRING_length(value))},
                .critical = X509_EXTENSION_get_critical(found) == 1};
        }
    }
    return std::nullopt;
}

bool Certificate::leads_to(std::span<const Certificate> roots,
                           std::span<const Certificate> intermediates, Timestamp now) const {
    std::vector<X509*> pile;
    pile.reserve(intermediates.size());
    for (const Certificate& intermediate : intermediates) {
        pile.push_back(intermediate.state_->handle.get());
    }
    // One root at a time: among two of one name OpenSSL tries the one only.
    return std::ranges::any_of(roots, [&](const Certificate& root) {
        return has_path(state_->handle.get(), root.state_->handle.get(), pile, now);
    });
}

Result<std::vector<std::string>> certificates_of_pem(std::string_view pem) {
    constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
    constexpr std::string_view end = "-----END CERTIFICATE-----";
    std::vector<std::string> found;
    for (std::size_t at = pem.find(begin); at != std::string_view::npos; at = pem.find(begin, at)) {
        at += begin.size();
        const std::size_t close = pem.find(end, at);
        std::string text(pem.substr(at, std::min(close, pem.size()) - at));
        std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
        auto der = parse_base64(text);
        if (close == std::string_view::npos || !der || !Certificate::parse(*der)) {
            return Error(Errc::invalid_value, "a PEM certificate is none");
        }
        found.push_back(std::move(*der));
    }
    return found;
}

}  // namespace rgw::crypto
