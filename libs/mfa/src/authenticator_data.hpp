#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "cbor.hpp"
#include "rgw/mfa/webauthn.hpp"

namespace rgw::mfa {

// §6.5.1
struct AttestedCredential {
    Aaguid aaguid{};
    std::string_view id;
    cbor::Value public_key;
};

// §6.1. A view of its bytes, which must outlive it.
struct AuthenticatorData {
    std::string_view bytes;
    std::string_view rp_id_hash;
    bool user_present = false;
    bool user_verified = false;
    bool backup_eligible = false;
    bool backed_up = false;
    std::uint32_t sign_count = 0;
    std::optional<AttestedCredential> credential;
};

// Nothing when the flags do not say what is there, or anything stands behind it.
[[nodiscard]] std::optional<AuthenticatorData> parse_authenticator_data(std::string_view bytes);

// Steps 14 to 17 of §7.1, 15 to 18 of §7.2: whom it was made for, and how.
[[nodiscard]] std::optional<WebAuthnFault> check_authenticator_data(
    const AuthenticatorData& data, const RelyingParty& party, UserVerification user_verification);

}  // namespace rgw::mfa
