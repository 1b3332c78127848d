#include "rgw/mfa/webauthn.hpp"

namespace rgw::mfa {

std::string_view id(WebAuthnFault fault) {
    switch (fault) {
        case WebAuthnFault::response_malformed:
            return "response_malformed";
        case WebAuthnFault::client_data_malformed:
            return "client_data_malformed";
        case WebAuthnFault::type_wrong:
            return "type_wrong";
        case WebAuthnFault::challenge_wrong:
            return "challenge_wrong";
        case WebAuthnFault::origin_wrong:
            return "origin_wrong";
        case WebAuthnFault::cross_origin_refused:
            return "cross_origin_refused";
        case WebAuthnFault::attestation_object_malformed:
            return "attestation_object_malformed";
        case WebAuthnFault::authenticator_data_malformed:
            return "authenticator_data_malformed";
        case WebAuthnFault::rp_id_wrong:
            return "rp_id_wrong";
        case WebAuthnFault::user_not_present:
            return "user_not_present";
        case WebAuthnFault::user_not_verified:
            return "user_not_verified";
        case WebAuthnFault::backup_state_impossible:
            return "backup_state_impossible";
        case WebAuthnFault::algorithm_refused:
            return "algorithm_refused";
        case WebAuthnFault::public_key_malformed:
            return "public_key_malformed";
        case WebAuthnFault::attestation_format_unknown:
            return "attestation_format_unknown";
        case WebAuthnFault::attestation_malformed:
            return "attestation_malformed";
        case WebAuthnFault::attestation_signature_wrong:
            return "attestation_signature_wrong";
        case WebAuthnFault::attestation_certificate_refused:
            return "attestation_certificate_refused";
        case WebAuthnFault::attestation_untrusted:
            return "attestation_untrusted";
        case WebAuthnFault::aaguid_refused:
            return "aaguid_refused";
        case WebAuthnFault::credential_id_too_long:
            return "credential_id_too_long";
        case WebAuthnFault::credential_unknown:
            return "credential_unknown";
        case WebAuthnFault::user_handle_wrong:
            return "user_handle_wrong";
        case WebAuthnFault::signature_wrong:
            return "signature_wrong";
        case WebAuthnFault::sign_count_went_back:
            return "sign_count_went_back";
    }
    return "unknown";
}

void throw_exception_from_error(WebAuthnFault fault, const boost::source_location&) {
    throw ErrorException(Error(Errc::factor_refused, std::string(id(fault))));
}

}  // namespace rgw::mfa
