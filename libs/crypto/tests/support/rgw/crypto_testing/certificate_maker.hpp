#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rgw/base/clock.hpp"
#include "rgw/crypto/certificate.hpp"
#include "rgw/crypto_testing/signing_key.hpp"

namespace rgw::crypto::testing {

struct DraftExtension {
    std::string oid;
    std::string value;  // DER
    bool critical = false;
};

// What a certificate is to say, sensible or not.
struct CertificateDraft {
    int version = 3;
    std::vector<NameAttribute> subject;
    std::optional<bool> authority = false;  // nothing: no basic constraints
    Timestamp not_before = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1);
    Timestamp not_after = std::chrono::sys_days(std::chrono::year(2044) / 1 / 1);
    std::vector<DraftExtension> extensions;
    bool signed_with_sha1 = false;
};

// In DER, signed by the issuer.
[[nodiscard]] std::string issue_certificate(const CertificateDraft& draft,
                                            const SigningKey& subject,
                                            const CertificateDraft& issuer,
                                            const SigningKey& issuer_key);
// "CN=<name>", may issue.
[[nodiscard]] CertificateDraft authority_draft(const std::string& name);

}  // namespace rgw::crypto::testing
