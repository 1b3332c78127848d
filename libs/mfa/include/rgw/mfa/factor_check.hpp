#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/crypto/aead.hpp"
#include "rgw/mfa/backup_code.hpp"
#include "rgw/mfa/factor.hpp"
#include "rgw/mfa/factor_store.hpp"
#include "rgw/mfa/webauthn.hpp"
#include "rgw/mfa/yubico_otp.hpp"

namespace rgw::mfa {

// What both halves, showing and setting up, work with.
struct FactorParts {
    FactorStore& store;
    const Clock& clock;
    async::CpuPool& cpu;  // of signatures and certificates: up to some milliseconds each
    RelyingParty party;
    std::string party_name;  // as authenticators and apps show it
    AttestationRules attestation;
    UserVerification user_verification = UserVerification::preferred;
    crypto::SealingKey seeds;  // of TOTP
    BackupCodeHasher backup_codes;
    YubicoVerifier* yubico = nullptr;  // null: not configured
};

inline constexpr std::chrono::minutes challenge_lives_for{5};

// What a browser needs to ask an authenticator (spec http-api §10.6); both texts are for the
// client.
struct BegunAssertion {
    std::string options_json;  // {"publicKey":{challenge, timeout, rpId, allowCredentials,
                               // userVerification}}
    Secret state;              // session_data: worthless without our record of it
};

// What a factor that counts is for.
struct Purpose {
    Use::Gain gain = Use::Gain::nothing;
    std::optional<std::string> new_session_hash;
    std::optional<InlineProof> proof;
};

// Whether what somebody shows is a factor of theirs. Any loop.
//
// A code is tried as what it looks like: 44 characters of modhex as a YubiKey's password, six
// digits as a one-time code of each TOTP method, 24 characters of base32 as a backup code. Each
// counts once, on all replicas together. Only failures are counted: the fifth in five minutes locks
// the account (an admin unlocks it). A factor nobody could check (factor_unavailable, database_*)
// is no failure.
class FactorCheck {
public:
    explicit FactorCheck(FactorParts parts) : parts_(std::move(parts)) {}

    // Always answers alike, whether the user has a credential or not: without one the list is
    // empty.
    async::Task<Result<BegunAssertion>> begin_assertion(Holder holder, Deadline deadline);

    // Refusals: factor_refused with the sentence of spec http-api §5.4 ("verification failed";
    // "account locked due to multiple failed attempts - contact administrator"; "code required",
    // which is no failure); factor_unavailable; database_*, also when a failure could not be
    // counted. Whether the account is locked already is the caller's to ask: nothing counts then.
    async::Task<FactorResult<ProvenFactor>> verify(ShownFactor shown, Holder holder,
                                                   Purpose purpose, Deadline deadline);

    // The same for a factor that rides on a request of the holder's session, which may be one of
    // several with the same (ADR 12).
    async::Task<FactorResult<ProvenFactor>> verify_inline(ShownFactor shown, Holder holder,
                                                          std::optional<Action> action,
                                                          Deadline deadline);

private:
    FactorParts parts_;
};

}  // namespace rgw::mfa
