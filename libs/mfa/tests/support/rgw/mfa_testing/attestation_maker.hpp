#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rgw/crypto_testing/certificate_maker.hpp"
#include "rgw/mfa_testing/encoders.hpp"
#include "rgw/mfa_testing/soft_authenticator.hpp"

namespace rgw::mfa::testing {

// What a statement speaks about.
struct Subject {
    const SoftAuthenticator& authenticator;
    std::string authenticator_data;
    std::string client_data;

    [[nodiscard]] std::string client_data_hash() const;
    [[nodiscard]] std::string signed_bytes() const;  // §8.2: the data, then the hash
};

// Drafts of the certificates of each format, good ones (§8.2.1, §8.3.1, §8.4, §8.6, §8.8).
[[nodiscard]] crypto::testing::CertificateDraft packed_certificate(
    const std::optional<Aaguid>& aaguid = std::nullopt);
[[nodiscard]] crypto::testing::CertificateDraft aik_certificate();
[[nodiscard]] crypto::testing::CertificateDraft apple_certificate(const Subject& subject);
// The lists are AuthorizationLists, encoded without their SEQUENCE.
[[nodiscard]] crypto::testing::CertificateDraft android_certificate(
    const Subject& subject, std::string_view software_enforced, std::string_view tee_enforced);
// purpose: sign, origin: generated
[[nodiscard]] std::string android_authorizations();
[[nodiscard]] crypto::testing::DraftExtension aaguid_extension(std::string_view aaguid);

// TPMT_PUBLIC of the authenticator's key, P-256 or RSA, and its Name with SHA-256.
[[nodiscard]] std::string tpm_public_area(const SoftAuthenticator& authenticator);
[[nodiscard]] std::string tpm_name(std::string_view public_area);
// TPMS_ATTEST of TPM2_Certify.
[[nodiscard]] std::string tpm_certify_info(std::string_view extra_data, std::string_view name);

// Who makes authenticators: a root and the key of a batch. Statements come member by member,
// encoded.
class AttestationMaker {
public:
    AttestationMaker();

    [[nodiscard]] const std::string& root() const { return root_der_; }

    [[nodiscard]] Members packed(const Subject& subject,
                                 const crypto::testing::CertificateDraft& certificate) const;
    [[nodiscard]] Members fido_u2f(const Subject& subject,
                                   const crypto::testing::CertificateDraft& certificate) const;
    [[nodiscard]] Members tpm(std::string_view public_area, std::string_view certify_info,
                              const crypto::testing::CertificateDraft& certificate) const;
    [[nodiscard]] Members android_key(const Subject& subject,
                                      const crypto::testing::CertificateDraft& certificate) const;
    [[nodiscard]] Members apple(const Subject& subject,
                                const crypto::testing::CertificateDraft& certificate) const;

    // By the root.
    [[nodiscard]] std::string issue(const crypto::testing::CertificateDraft& draft,
                                    const crypto::testing::SigningKey& key) const;
    [[nodiscard]] const crypto::testing::SigningKey& batch_key() const { return batch_key_; }
    [[nodiscard]] std::string sign(std::string_view message) const;  // with the batch's key

private:
    crypto::testing::SigningKey root_key_{crypto::testing::KeyKind::p256};
    crypto::testing::SigningKey batch_key_{crypto::testing::KeyKind::p256};
    crypto::testing::CertificateDraft root_;
    std::string root_der_;
};

[[nodiscard]] std::string x5c(const std::vector<std::string>& chain);

}  // namespace rgw::mfa::testing
