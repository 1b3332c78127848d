#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rgw/crypto_testing/signing_key.hpp"
#include "rgw/mfa/webauthn.hpp"

namespace rgw::mfa::testing {

// Where a ceremony takes place.
struct Page {
    std::string rp_id;
    std::string origin;
};

// How the authenticator and the browser before it behave. As it stands: well.
struct Conduct {
    bool user_present = true;
    bool user_verified = true;
    bool backup_eligible = false;
    bool backed_up = false;
    bool cross_origin = false;     // in a frame of another origin
    std::string top_origin = {};   // the page around that frame; empty: the client names none
    bool stuck_counter = false;    // gives the same count again
    bool bogus_signature = false;  // signs something else
};

// An authenticator with one credential, and the browser that asks it: what they answer is what a
// page gets from navigator.credentials and sends on. Challenges and handles are raw bytes.
class SoftAuthenticator {
public:
    explicit SoftAuthenticator(CoseAlgorithm algorithm = CoseAlgorithm::es256);

    // RegistrationResponseJSON and AuthenticationResponseJSON (§5.1.8), as toJSON() gives them. The
    // attestation is `none`; the user handle is kept and given back with every assertion.
    std::string registration_json(std::string_view challenge, const Page& page,
                                  std::string_view user_handle, const Conduct& conduct = {});
    std::string assertion_json(std::string_view challenge, const Page& page,
                               const Conduct& conduct = {});

    // The same, decoded.
    RegistrationResponse registration(std::string_view challenge, const Page& page,
                                      std::string_view user_handle, const Conduct& conduct = {});
    AssertionResponse assertion(std::string_view challenge, const Page& page,
                                const Conduct& conduct = {});

    // The parts, for tests that change them:
    [[nodiscard]] const std::string& credential_id() const { return credential_id_; }
    [[nodiscard]] CoseAlgorithm algorithm() const { return algorithm_; }
    [[nodiscard]] std::uint32_t sign_count() const { return sign_count_; }
    [[nodiscard]] crypto::testing::PublicNumbers public_numbers() const;
    [[nodiscard]] const crypto::testing::SigningKey& key() const { return key_; }
    [[nodiscard]] std::string cose_key() const;
    [[nodiscard]] std::string attested_credential(const Aaguid& aaguid = {}) const;
    // With the credential's signature over both.
    [[nodiscard]] AssertionResponse assertion_over(std::string_view client_data,
                                                   std::string_view authenticator_data) const;
    [[nodiscard]] std::string sign(std::string_view message) const;

private:
    std::uint32_t next_count(const Conduct& conduct);

    CoseAlgorithm algorithm_;
    crypto::testing::SigningKey key_;
    std::string credential_id_;
    std::string user_handle_;
    std::uint32_t sign_count_ = 0;
};

// CollectedClientData (§5.8.1). `type` is "webauthn.create" or "webauthn.get".
[[nodiscard]] std::string client_data(std::string_view type, std::string_view challenge,
                                      const Page& page, const Conduct& conduct = {});
// §6.1; `attested_credential` is empty in an assertion.
[[nodiscard]] std::string authenticator_data(const Page& page, const Conduct& conduct,
                                             std::uint32_t sign_count,
                                             std::string_view attested_credential = {});
// §6.5.4; the statement is encoded.
[[nodiscard]] std::string attestation_object(std::string_view format, std::string_view statement,
                                             std::string_view authenticator_data);

}  // namespace rgw::mfa::testing
