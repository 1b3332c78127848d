#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/crypto/aead.hpp"
#include "rgw/mfa/webauthn.hpp"

namespace rgw::mfa {

using MethodId = Id<struct MfaMethodTag>;
using TrustedDeviceId = Id<struct TrustedDeviceTag>;

// What a factor is; the numbers are those of mfa_attempts.method_type.
enum class FactorKind : std::uint8_t { totp = 1, webauthn = 2, yubiotp = 3, backup_code = 4 };
// "totp", "webauthn", "yubiotp", "backup_code": as stored, answered and recorded.
[[nodiscard]] std::string_view name(FactorKind kind);

struct RegisteredCredential {
    StoredCredential stored;  // its user handle is the user's
    std::vector<std::string> transports;
    bool backed_up = false;
};

// A factor of a user that is enrolled. Backup codes are none: they only stand in for one.
struct Method {
    MethodId id;
    FactorKind kind = FactorKind::totp;
    std::string label;  // "" when the person gave none
    bool cli_capable = false;
    Timestamp created_at{};
    std::optional<Timestamp> confirmed_at;
    std::optional<Timestamp> last_used_at;
    std::optional<crypto::Sealed> totp_seed;  // sealed for seed_place()
    std::optional<std::string> yubikey_id;    // the public id of a YubiKey that types passwords
    std::optional<RegisteredCredential> credential;
};

// What a sealed TOTP seed is bound to.
[[nodiscard]] std::string seed_place(UserId user);

// What somebody shows. A code is whatever can be typed: one-time code, backup code, or the
// password of a YubiKey (spec http-api §5.3).
struct TypedCode {
    Secret text;
};
struct Assertion {
    std::string state;          // the opaque text of begin_assertion()
    std::string response_json;  // as parse_assertion() reads it
};
using ShownFactor = std::variant<TypedCode, Assertion>;

// Who shows or sets up a factor, and from where.
struct Holder {
    UserId user;
    std::optional<SessionId> session;  // none while a command line signs in
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
};

// Why a factor did not count. `reason` is for events, never what was shown: "invalid_code",
// "replay_detected", "expired_challenge" or the id of a WebAuthnFault; of setting one up also
// "ceremony_over", "used_already" and "not_configured"; of what nobody could judge the error's id.
struct FactorRefusal {
    Error error;  // what the caller is told: factor_refused; factor_unavailable; database_*
    std::string reason;
    std::optional<FactorKind> kind;  // as far as it is known
    std::optional<MethodId> method;
    bool locked_account = false;  // this failure was one too many
};
[[noreturn]] inline void throw_exception_from_error(const FactorRefusal& refusal,
                                                    const boost::source_location&) {
    throw ErrorException(refusal.error);
}
template <class T>
using FactorResult = boost::system::result<T, FactorRefusal>;

// A factor that counted.
struct ProvenFactor {
    FactorKind kind = FactorKind::totp;
    std::optional<MethodId> method;  // none for a backup code, and a proof that counted before
    Timestamp at{};
    bool user_verified = false;  // by the authenticator, of WebAuthn
};

}  // namespace rgw::mfa
