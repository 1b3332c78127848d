#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authenticator_data.hpp"
#include "cbor.hpp"
#include "cose_key.hpp"
#include "rgw/crypto/certificate.hpp"
#include "rgw/mfa/webauthn.hpp"

// The attestation statement formats (§8). Each procedure checks one statement; whom its
// certificates lead to is checked after it.
namespace rgw::mfa {

// The statement, and what it speaks about.
struct Attestation {
    const cbor::Value& statement;
    const AuthenticatorData& data;  // with its credential
    const CredentialKey& key;
    std::string_view client_data_hash;
    std::string signed_bytes;  // the authenticator data, then the hash

    [[nodiscard]] const AttestedCredential& credential() const { return *data.credential; }
};

// What a statement proves by itself: who signed it.
struct Attested {
    AttestationType type = AttestationType::none;  // `trusted` is for the chain to say
    std::vector<crypto::Certificate> chain;        // the attestation certificate first
    bool names_model = true;                       // whether the AAGUID is among what is signed
    bool vouches = true;  // whether it says all that trust rests on: never `trusted` otherwise
};

[[nodiscard]] WebAuthnResult<Attested> verify_none(const Attestation& attestation);
[[nodiscard]] WebAuthnResult<Attested> verify_packed(const Attestation& attestation);
[[nodiscard]] WebAuthnResult<Attested> verify_fido_u2f(const Attestation& attestation);
[[nodiscard]] WebAuthnResult<Attested> verify_tpm(const Attestation& attestation);
[[nodiscard]] WebAuthnResult<Attested> verify_android_key(const Attestation& attestation);
[[nodiscard]] WebAuthnResult<Attested> verify_apple(const Attestation& attestation);

// By the format's name. Fault: attestation_format_unknown, and those of the procedures.
[[nodiscard]] WebAuthnResult<Attested> verify_statement(std::string_view format,
                                                        const Attestation& attestation);

// What several formats need:

// Whether the map has these members and no other.
[[nodiscard]] bool has_exactly(const cbor::Value& map,
                               std::initializer_list<std::string_view> names);
// Empty when it is missing.
[[nodiscard]] std::string_view bytes_member(const cbor::Value& statement, std::string_view name);
// The statement's `alg`. Faults: attestation_malformed, algorithm_refused.
[[nodiscard]] WebAuthnResult<CoseAlgorithm> read_algorithm(const cbor::Value& statement);
// The statement's `x5c`. Faults: attestation_malformed, attestation_certificate_refused.
[[nodiscard]] WebAuthnResult<std::vector<crypto::Certificate>> read_chain(
    const cbor::Value& statement);
// Whether the certificate names no model, or this one: id-fido-gen-ce-aaguid (§8.2.1).
[[nodiscard]] bool may_attest(const crypto::Certificate& certificate, const Aaguid& aaguid);

}  // namespace rgw::mfa
