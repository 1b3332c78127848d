#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/crypto/verifying_key.hpp"

namespace rgw::crypto {

// One attribute of a distinguished name: its type as a dotted OID, its value in UTF-8.
struct NameAttribute {
    std::string type;
    std::string value;
};

struct CertificateExtension {
    std::string value;  // what the OCTET STRING holds: DER
    bool critical = false;
};

// An X.509 certificate (RFC 5280) that somebody else made. Immutable and cheap to copy; any thread.
class Certificate {
public:
    // Error: invalid_value: it is no DER certificate or more than one, is larger than 8 KiB, has an
    // extension twice or one that OpenSSL knows and cannot read, or a public key we do not take.
    static Result<Certificate> parse(std::string_view der);

    [[nodiscard]] int version() const;  // 1 to 3; 3 for X.509v3
    [[nodiscard]] const VerifyingKey& public_key() const;
    [[nodiscard]] std::vector<NameAttribute> subject() const;
    // Of every directoryName among the subject's alternative names.
    [[nodiscard]] std::vector<NameAttribute> alternative_directory_names() const;
    // What the basic constraints say; nothing when they are absent.
    [[nodiscard]] std::optional<bool> is_authority() const;
    // Whether the extended key usage is there and names this purpose (a dotted OID).
    [[nodiscard]] bool has_purpose(std::string_view oid) const;
    [[nodiscard]] std::optional<CertificateExtension> extension(std::string_view oid) const;

    // Whether there is a path from this certificate to one of the roots, valid at `now`, built of
    // nothing else than these certificates (RFC 5280 §6; revocation is not looked at). Each root is
    // trusted as it is, self-signed or not. Signatures must be as strong as 112 bits.
    [[nodiscard]] bool leads_to(std::span<const Certificate> roots,
                                std::span<const Certificate> intermediates, Timestamp now) const;

private:
    struct State;
    explicit Certificate(std::shared_ptr<const State> state) : state_(std::move(state)) {}

    std::shared_ptr<const State> state_;
};

// Every certificate of a PEM text (RFC 7468), as DER; what stands around them does not count.
// Error: invalid_value: one of them is none.
[[nodiscard]] Result<std::vector<std::string>> certificates_of_pem(std::string_view pem);

}  // namespace rgw::crypto
