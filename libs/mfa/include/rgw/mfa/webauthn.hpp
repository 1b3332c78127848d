#pragma once

#include <array>
#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

// The relying party's side of WebAuthn (W3C Web Authentication Level 3, §7): pure functions over
// bytes. Challenges, their single use and what is stored are the business of their callers.
namespace rgw::mfa {

// COSE algorithm numbers (RFC 9053, RFC 8812; WebAuthn §5.8.5), in the order we ask for them.
enum class CoseAlgorithm : std::int32_t {
    es256 = -7,
    eddsa = -8,
    es384 = -35,
    es512 = -36,
    ed448 = -53,
    ps256 = -37,
    rs256 = -257,
};

using Aaguid = std::array<std::byte, 16>;

// Who is asked, and which pages may ask.
struct RelyingParty {
    std::string id;                    // "gateway.example.com"
    std::vector<std::string> origins;  // exact: "https://gateway.example.com"
    // Pages of other origins that may hold one of ours in a frame; empty: none may (§13.4.9).
    std::vector<std::string> top_origins = {};
};

enum class UserVerification : std::uint8_t { preferred, required };

// Which authenticators are taken. Attestation that is presented must be sound in every case; a
// chain to one of the roots is asked for only where `trusted_only` says so.
struct AttestationRules {
    std::vector<std::string> trust_roots = {};  // X.509, DER
    bool trusted_only = false;
    // Accepted models; empty: any. Proven only with `trusted_only`; fido-u2f proves none, and is
    // taken for the zero AAGUID.
    std::vector<Aaguid> aaguids = {};
};

// Why a ceremony failed: the first step of §7.1 or §7.2 that did not hold.
enum class WebAuthnFault : std::uint8_t {
    response_malformed,
    client_data_malformed,
    type_wrong,
    challenge_wrong,
    origin_wrong,
    cross_origin_refused,
    attestation_object_malformed,
    authenticator_data_malformed,
    rp_id_wrong,
    user_not_present,
    user_not_verified,
    backup_state_impossible,  // BS without BE, or BE changed since registration
    algorithm_refused,
    public_key_malformed,
    attestation_format_unknown,
    attestation_malformed,
    attestation_signature_wrong,
    attestation_certificate_refused,
    attestation_untrusted,
    aaguid_refused,
    credential_id_too_long,
    credential_unknown,
    user_handle_wrong,
    signature_wrong,
    sign_count_went_back,  // the credential may have been cloned
};
[[nodiscard]] std::string_view id(WebAuthnFault fault);
[[noreturn]] void throw_exception_from_error(WebAuthnFault fault, const boost::source_location&);
template <class T>
using WebAuthnResult = boost::system::result<T, WebAuthnFault>;

// What the browser's RegistrationResponseJSON holds, decoded (§5.1.8.1).
struct RegistrationResponse {
    std::string credential_id;  // rawId
    std::string client_data_json;
    std::string attestation_object;
    std::vector<std::string> transports;  // as the client names them
};
// Of a PublicKeyCredential as JSON: id, rawId, type, response; base64url without padding (padding
// is tolerated). At most 64 KiB. `id` and `rawId` must be the same. Fault: response_malformed.
[[nodiscard]] WebAuthnResult<RegistrationResponse> parse_registration(std::string_view json);

enum class AttestationType : std::uint8_t { none, self, untrusted, trusted };

struct NewCredential {
    std::string id;
    std::string public_key;  // COSE_Key as it came: what is stored and given back to verify
    CoseAlgorithm algorithm = CoseAlgorithm::es256;
    std::uint32_t sign_count = 0;
    Aaguid aaguid{};
    std::string attestation_format;
    AttestationType attestation = AttestationType::none;
    bool user_verified = false;
    bool backup_eligible = false;
    bool backed_up = false;
    std::vector<std::string> transports;  // the known ones of the response, sorted, without repeats
};

struct ExpectedRegistration {
    std::string challenge;  // raw bytes
    UserVerification user_verification = UserVerification::preferred;
    Timestamp now{};  // for the validity of certificates
};

// §7.1, with the algorithms above and the attestation formats none, packed, fido-u2f, tpm,
// android-key and apple (§8).
[[nodiscard]] WebAuthnResult<NewCredential> verify_registration(
    const RelyingParty& party, const AttestationRules& rules, const ExpectedRegistration& expected,
    const RegistrationResponse& response);

struct AssertionResponse {
    std::string credential_id;  // rawId
    std::string client_data_json;
    std::string authenticator_data;
    std::string signature;
    std::optional<std::string> user_handle;  // nothing when absent or empty
};
// As parse_registration().
[[nodiscard]] WebAuthnResult<AssertionResponse> parse_assertion(std::string_view json);

// What is stored of a registered credential.
struct StoredCredential {
    std::string id;
    std::string public_key;   // COSE_Key
    std::string user_handle;  // of its user
    std::uint32_t sign_count = 0;
    bool backup_eligible = false;
};

struct ExpectedAssertion {
    std::string challenge;  // raw bytes
    UserVerification user_verification = UserVerification::preferred;
};

// What changes with a use.
struct UsedCredential {
    std::uint32_t sign_count = 0;
    bool user_verified = false;
    bool backed_up = false;
};

// §7.2. The credential is the one of the response's id; another is credential_unknown.
[[nodiscard]] WebAuthnResult<UsedCredential> verify_assertion(const RelyingParty& party,
                                                              const ExpectedAssertion& expected,
                                                              const StoredCredential& credential,
                                                              const AssertionResponse& response);

}  // namespace rgw::mfa
