#include "authenticator_data.hpp"
#include "client_data.hpp"
#include "cose_key.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::mfa {
namespace {

// Step 22: a counter that is kept at all must grow. Both at zero: it is not kept.
bool has_grown(std::uint32_t count, std::uint32_t stored) {
    return count > stored || (count == 0 && stored == 0);
}

std::optional<WebAuthnFault> check_whose(const StoredCredential& credential,
                                         const AssertionResponse& response) {
    if (response.credential_id.empty() || response.credential_id != credential.id) {
        return WebAuthnFault::credential_unknown;
    }
    if (response.user_handle && *response.user_handle != credential.user_handle) {
        return WebAuthnFault::user_handle_wrong;
    }
    return std::nullopt;
}

std::optional<WebAuthnFault> check_signature(const StoredCredential& credential,
                                             const AssertionResponse& response) {
    const auto encoded = cbor::parse(credential.public_key);
    if (!encoded) {
        return WebAuthnFault::public_key_malformed;
    }
    const auto key = read_cose_key(*encoded);
    if (!key) {
        return key.error();
    }
    const crypto::Digest hash = crypto::sha256(response.client_data_json);
    const std::string message = response.authenticator_data + std::string(crypto::text_of(hash));
    if (!key->verifies(message, response.signature)) {
        return WebAuthnFault::signature_wrong;
    }
    return std::nullopt;
}

}  // namespace

WebAuthnResult<UsedCredential> verify_assertion(const RelyingParty& party,
                                                const ExpectedAssertion& expected,
                                                const StoredCredential& credential,
                                                const AssertionResponse& response) {
    if (const auto fault = check_whose(credential, response)) {
        return *fault;
    }
    if (const auto fault = check_client_data(response.client_data_json, Ceremony::assertion, party,
                                             expected.challenge)) {
        return *fault;
    }
    const auto data = parse_authenticator_data(response.authenticator_data);
    if (!data || data->credential) {  // only a registration brings its credential (§6.1)
        return WebAuthnFault::authenticator_data_malformed;
    }
    if (const auto fault = check_authenticator_data(*data, party, expected.user_verification)) {
        return *fault;
    }
    if (data->backup_eligible != credential.backup_eligible) {
        return WebAuthnFault::backup_state_impossible;
    }
    if (const auto fault = check_signature(credential, response)) {
        return *fault;
    }
    if (!has_grown(data->sign_count, credential.sign_count)) {
        return WebAuthnFault::sign_count_went_back;
    }
    return UsedCredential{.sign_count = data->sign_count,
                          .user_verified = data->user_verified,
                          .backed_up = data->backed_up};
}

}  // namespace rgw::mfa
