#include <algorithm>
#include <array>
#include <span>

#include "attestation.hpp"
#include "client_data.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::mfa {
namespace {

constexpr std::size_t max_attestation_object_bytes = 32UL * 1024;
constexpr std::size_t max_credential_id_bytes = 1023;  // §7.1 step 26

// §5.8.4, sorted
constexpr auto known_transports =
    std::to_array<std::string_view>({"ble", "hybrid", "internal", "nfc", "smart-card", "usb"});

// §6.5.4. Views of the bytes it was read from.
struct AttestationObject {
    cbor::Value map;
    std::string_view format;
    std::string_view authenticator_data;

    [[nodiscard]] const cbor::Value& statement() const { return *cbor::find(map, "attStmt"); }
};

std::optional<AttestationObject> parse_attestation_object(std::string_view bytes) {
    if (bytes.size() > max_attestation_object_bytes) {
        return std::nullopt;
    }
    auto map = cbor::parse(bytes);
    if (!map || !has_exactly(*map, {"fmt", "attStmt", "authData"})) {
        return std::nullopt;
    }
    const cbor::Value* format = cbor::find(*map, "fmt", cbor::Kind::text);
    const cbor::Value* statement = cbor::find(*map, "attStmt", cbor::Kind::map);
    const cbor::Value* data = cbor::find(*map, "authData", cbor::Kind::bytes);
    if (format == nullptr || statement == nullptr || data == nullptr) {
        return std::nullopt;
    }
    const std::string_view name = format->content;
    const std::string_view authenticator_data = data->content;
    return AttestationObject{
        .map = std::move(*map), .format = name, .authenticator_data = authenticator_data};
}

bool leads_to_a_root(const std::vector<crypto::Certificate>& chain, const AttestationRules& rules,
                     Timestamp now) {
    std::vector<crypto::Certificate> roots;
    for (const std::string& der : rules.trust_roots) {
        // One that cannot be read is nobody's root.
        if (auto root = crypto::Certificate::parse(der)) {
            roots.push_back(std::move(*root));
        }
    }
    return !roots.empty() && chain.front().leads_to(roots, std::span(chain).subspan(1), now);
}

// Steps 24 and 25, and which models are taken. A statement that does not sign the AAGUID speaks for
// none but zero, which is what its authenticators have.
WebAuthnResult<AttestationType> judge(const Attested& attested, const Aaguid& aaguid,
                                      const AttestationRules& rules, Timestamp now) {
    AttestationType type = attested.type;
    if (attested.vouches && !attested.chain.empty() &&
        leads_to_a_root(attested.chain, rules, now)) {
        type = AttestationType::trusted;
    }
    if (rules.trusted_only && type != AttestationType::trusted) {
        return WebAuthnFault::attestation_untrusted;
    }
    const Aaguid model = attested.names_model ? aaguid : Aaguid{};
    if (!rules.aaguids.empty() && std::ranges::count(rules.aaguids, model) == 0) {
        return WebAuthnFault::aaguid_refused;
    }
    return type;
}

// Steps 22 to 25.
WebAuthnResult<AttestationType> check_attestation(const AttestationObject& object,
                                                  const AuthenticatorData& data,
                                                  const CredentialKey& key,
                                                  std::string_view client_data_json,
                                                  const AttestationRules& rules, Timestamp now) {
    const crypto::Digest hash = crypto::sha256(client_data_json);
    const Attestation attestation{
        .statement = object.statement(),
        .data = data,
        .key = key,
        .client_data_hash = crypto::text_of(hash),
        .signed_bytes = std::string(data.bytes) + std::string(crypto::text_of(hash))};
    const auto attested = verify_statement(object.format, attestation);
    if (!attested) {
        return attested.error();
    }
    return judge(*attested, data.credential->aaguid, rules, now);
}

std::vector<std::string> known(const std::vector<std::string>& transports) {
    std::vector<std::string> out;
    for (const std::string_view transport : known_transports) {
        if (std::ranges::find(transports, transport) != transports.end()) {
            out.emplace_back(transport);
        }
    }
    return out;
}

std::optional<WebAuthnFault> check_id(std::string_view id, const RegistrationResponse& response) {
    if (id.size() > max_credential_id_bytes) {
        return WebAuthnFault::credential_id_too_long;
    }
    if (id != response.credential_id) {
        return WebAuthnFault::response_malformed;
    }
    return std::nullopt;
}

}  // namespace

WebAuthnResult<NewCredential> verify_registration(const RelyingParty& party,
                                                  const AttestationRules& rules,
                                                  const ExpectedRegistration& expected,
                                                  const RegistrationResponse& response) {
    if (const auto fault = check_client_data(response.client_data_json, Ceremony::registration,
                                             party, expected.challenge)) {
        return *fault;
    }
    const auto object = parse_attestation_object(response.attestation_object);
    if (!object) {
        return WebAuthnFault::attestation_object_malformed;
    }
    const auto data = parse_authenticator_data(object->authenticator_data);
    if (!data || !data->credential) {
        return WebAuthnFault::authenticator_data_malformed;
    }
    if (const auto fault = check_authenticator_data(*data, party, expected.user_verification)) {
        return *fault;
    }
    const AttestedCredential& credential = *data->credential;
    const auto key = read_cose_key(credential.public_key);
    if (!key) {
        return key.error();
    }
    const auto attestation =
        check_attestation(*object, *data, *key, response.client_data_json, rules, expected.now);
    if (!attestation) {
        return attestation.error();
    }
    if (const auto fault = check_id(credential.id, response)) {
        return *fault;
    }
    return NewCredential{.id = std::string(credential.id),
                         .public_key = std::string(credential.public_key.encoded),
                         .algorithm = key->algorithm,
                         .sign_count = data->sign_count,
                         .aaguid = credential.aaguid,
                         .attestation_format = std::string(object->format),
                         .attestation = *attestation,
                         .user_verified = data->user_verified,
                         .backup_eligible = data->backup_eligible,
                         .backed_up = data->backed_up,
                         .transports = known(response.transports)};
}

}  // namespace rgw::mfa
