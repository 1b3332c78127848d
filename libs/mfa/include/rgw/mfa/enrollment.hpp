#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/mfa/factor.hpp"
#include "rgw/mfa/factor_check.hpp"
#include "rgw/mfa/factor_store.hpp"

namespace rgw::mfa {

inline constexpr std::size_t longest_label = 150;  // characters
inline constexpr std::chrono::minutes enrollment_lives_for{10};

struct BegunTotp {
    MethodId method;
    Secret seed;  // base32
    Secret uri;   // otpauth://
    Secret qr_svg;
    std::vector<Secret> backup_codes;  // empty when the user has a set already
};

struct BegunRegistration {
    MethodId method;
    std::string options_json;  // {"publicKey":{…}} (spec http-api §10.4)
    std::vector<Secret> backup_codes;
};

// What a confirmed factor brings its session.
struct Gained {
    std::optional<std::string> new_session_hash;
};

struct EnrolledMethod {
    MethodId method;
    FactorKind kind = FactorKind::totp;
    std::string label;
    AttestationType attestation = AttestationType::none;
    std::vector<Secret> backup_codes;  // of a factor that needs no confirmation
};

// Setting up factors: for somebody who has none by a session that signed in, for others by one that
// has shown a factor (the route table sees to it, confirm_method() once more). Any loop. What is
// wrong with what was shown is a refusal as of FactorCheck, and counts as a failure; a ceremony
// that is over, and a code, credential or YubiKey that was used before, are refused and are none.
class Enrollment {
public:
    explicit Enrollment(FactorParts parts) : parts_(std::move(parts)) {}

    async::Task<Result<BegunTotp>> begin_totp(Holder holder, Deadline deadline);
    async::Task<FactorResult<EnrolledMethod>> confirm_totp(MethodId method, Secret code,
                                                           std::string label, Holder holder,
                                                           Gained gained, Deadline deadline);

    async::Task<Result<BegunRegistration>> begin_webauthn(Holder holder, Deadline deadline);
    // `credential_json` as parse_registration() reads it.
    async::Task<FactorResult<EnrolledMethod>> confirm_webauthn(MethodId method,
                                                               std::string credential_json,
                                                               std::string label, Holder holder,
                                                               Gained gained, Deadline deadline);

    // Error factor_refused also when no validation service is configured.
    async::Task<FactorResult<EnrolledMethod>> enroll_yubikey(Secret otp, std::string label,
                                                             Holder holder, Gained gained,
                                                             Deadline deadline);

    // Ten new ones instead of all there are. Error: factor_refused for a user without a factor.
    async::Task<Result<std::vector<Secret>>> replace_backup_codes(Holder holder, Deadline deadline);

private:
    FactorParts parts_;
};

}  // namespace rgw::mfa
