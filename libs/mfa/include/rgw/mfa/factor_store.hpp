#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/mfa/factor.hpp"

namespace rgw::mfa {

inline constexpr int failures_until_locked = 5;
inline constexpr std::chrono::minutes failure_window{5};

struct BackupCodeCount {
    std::int64_t total = 0;
    std::int64_t unused = 0;
    std::optional<Timestamp> last_used_at;
    std::optional<Timestamp> last_generated_at;
};

// A user's factors, as one moment sees them.
struct UserFactors {
    std::string email;
    std::string user_handle;               // of WebAuthn: random, says nothing about the person
    std::optional<std::string> preferred;  // "totp", "webauthn"
    bool enrolled = false;
    std::vector<Method> methods;   // confirmed ones, the oldest first
    BackupCodeCount backup_codes;  // of confirmed sets
};

// What a proof may be used for. One proof serves one action that asks for a factor of its own (ADR
// 12).
struct Action {
    std::string permission;  // "convox:app:delete"
    std::string resource;    // the app, the user …
    // Whether the same action may follow with the same proof for `series_length`: a command of the
    // rack's own command line is several requests and has but one code.
    enum class Repeats : std::uint8_t { never, in_series } repeats = Repeats::never;
};
inline constexpr std::chrono::seconds series_length{30};
// A proof that nothing was bound to is good for a first action for so long.
inline constexpr std::chrono::minutes proof_lives_for{5};

// A proof that rides on a request: what was shown is known by its hash, within its session.
struct InlineProof {
    std::string hash;              // lower-case hex SHA-256 of session and factor text
    std::optional<Action> action;  // none where only a step-up was asked for
};

// How a factor that was found right is used up, and what its session gains by it; one statement, so
// that nothing is gained twice by one code, on any number of replicas.
struct Use {
    Holder holder;
    Timestamp at{};
    std::optional<MethodId> method;
    // The session counts as verified (stays so from the first time) and as stepped up.
    enum class Gain : std::uint8_t { nothing, step_up, verified_and_step_up } gain = Gain::nothing;
    std::optional<std::string> new_session_hash;  // the session goes by this text from now on
    std::optional<InlineProof> proof;
};
struct UsedTotpStep : Use {
    std::int64_t step = 0;
};
struct UsedBackupCode : Use {
    std::string code_hash;
    std::string key_id;
};
struct UsedPassword : Use {};  // of a YubiKey: the validation servers let it through once
struct UsedAssertion : Use {
    UsedCredential credential;
    std::uint32_t former_sign_count = 0;
};

struct Failure {
    Holder holder;
    Timestamp at{};
    std::optional<FactorKind> kind;  // as far as it is known; counted as totp otherwise
    std::optional<MethodId> method;
    std::string reason;
};
struct FailureCount {
    int in_window = 0;
    bool locked_now = false;  // by this one
};

// A challenge of a WebAuthn ceremony, kept until it is used or over.
struct NewChallenge {
    std::string state_hash;  // of the opaque text the client passes back
    Holder holder;
    std::optional<MethodId> method;  // of a registration: the one that is set up
    std::string challenge;
    Timestamp created_at{};
    Timestamp expires_at{};
};
struct TakenChallenge {
    std::string challenge;
    std::optional<MethodId> method;
};

// A factor that is being set up: worth nothing until it is confirmed, by the session that began it.
struct NewMethod {
    Holder holder;  // with a session
    FactorKind kind = FactorKind::totp;
    std::string label;
    std::optional<crypto::Sealed> totp_seed;
    std::vector<std::string>
        backup_code_hashes;  // for a user who has none; they count once it is confirmed
    std::string backup_key_id;
    Timestamp created_at{};
    Timestamp expires_at{};
};
struct PendingMethod {
    MethodId id;
    bool backup_codes_kept =
        false;  // false: the user has a set already, the given ones are dropped
};

struct Confirmation {
    Use use;  // with a method; of a session that counts as verified from then on
    FactorKind kind = FactorKind::totp;
    std::string label;
    std::optional<std::int64_t> totp_step;  // used up with it
    std::optional<NewCredential> credential;
    std::optional<std::string> yubikey_id;
};
enum class Confirmed : std::uint8_t {
    yes,
    no_longer_pending,  // over, confirmed before, another session's, or the user has a factor by
                        // now and the session has not shown it
    used_before,        // the step, the credential (anybody's) or the YubiKey
};

struct RemovedMethod {
    FactorKind kind = FactorKind::totp;
    std::string label;
    bool was_last = false;  // backup codes and trusted devices went with it
};

// The port the PostgreSQL store implements (libs/storage); a memory store passes the same contract
// test. Every change is one statement: of two replicas that try at once, one succeeds. Errors:
// database_*.
class FactorStore {
public:
    virtual ~FactorStore() = default;
    // Error: not_found (no such user).
    virtual async::Task<Result<UserFactors>> load(UserId user, Deadline deadline) = 0;

    // False: used before (the step, the code), or overtaken (the counter of a credential moved, the
    // method is gone, the account is locked: of guesses made at once none counts after the fifth
    // failure). A use with a proof whose hash is there already is false as well.
    virtual async::Task<Result<bool>> use_totp_step(UsedTotpStep use, Deadline deadline) = 0;
    virtual async::Task<Result<bool>> use_backup_code(UsedBackupCode use, Deadline deadline) = 0;
    virtual async::Task<Result<bool>> use_password(UsedPassword use, Deadline deadline) = 0;
    virtual async::Task<Result<bool>> use_assertion(UsedAssertion use, Deadline deadline) = 0;
    // A proof that counted before, for this action as well: nothing when there is no such proof of
    // that session; true when it was not bound yet and is no older than proof_lives_for, or is
    // bound to the same action, which repeats, and its series is not over.
    virtual async::Task<Result<std::optional<bool>>> use_proof(SessionId session, InlineProof proof,
                                                               Timestamp now,
                                                               Deadline deadline) = 0;
    // Counts it; the one that makes failures_until_locked within failure_window locks the account.
    virtual async::Task<Result<FailureCount>> fail(Failure failure, Deadline deadline) = 0;

    virtual async::Task<Result<void>> put_challenge(NewChallenge challenge, Deadline deadline) = 0;
    // It is gone afterwards, whoever asked. Nothing when there is none, it is over, or it is
    // another user's, session's or ceremony's (`method` as put).
    virtual async::Task<Result<std::optional<TakenChallenge>>> take_challenge(
        std::string state_hash, Holder holder, std::optional<MethodId> method, Timestamp now,
        Deadline deadline) = 0;

    // Forgets what the user left unconfirmed of that kind.
    virtual async::Task<Result<PendingMethod>> begin_method(NewMethod method,
                                                            Deadline deadline) = 0;
    // The sealed seed of a TOTP method that waits for its confirmation by that session.
    virtual async::Task<Result<std::optional<crypto::Sealed>>> find_pending_seed(
        MethodId method, Holder holder, Timestamp now, Deadline deadline) = 0;
    // The user counts as enrolled, and for good as somebody who must show a factor. With the first
    // one their sessions that never showed any, because none was asked for, are not verified any
    // more.
    virtual async::Task<Result<Confirmed>> confirm_method(Confirmation confirmation,
                                                          Deadline deadline) = 0;

    // Errors: not_found (no such confirmed method of that user).
    virtual async::Task<Result<void>> relabel_method(UserId user, MethodId method,
                                                     std::string label,
                                                     std::optional<bool> cli_capable,
                                                     Deadline deadline) = 0;
    virtual async::Task<Result<RemovedMethod>> remove_method(UserId user, MethodId method,
                                                             Timestamp now, Deadline deadline) = 0;
    virtual async::Task<Result<void>> set_preferred(UserId user, std::optional<std::string> kind,
                                                    Deadline deadline) = 0;
    // Instead of all there are.
    virtual async::Task<Result<void>> replace_backup_codes(UserId user,
                                                           std::vector<std::string> hashes,
                                                           std::string key_id, Timestamp now,
                                                           Deadline deadline) = 0;
    // Every factor, code, pending ceremony, trusted device and session of the user is gone; what
    // they must do next is enroll. `by`: nobody when it was done on the host. Leaves a job
    // `notify.factors_reset` for the user in the same statement. How many factors there were.
    // Error: not_found.
    virtual async::Task<Result<std::int64_t>> reset(UserId user, std::optional<UserId> by,
                                                    std::string reason, Timestamp now,
                                                    Deadline deadline) = 0;

    // What is over: challenges, pending methods, proofs, attempts and steps past their use.
    virtual async::Task<Result<void>> forget(Timestamp now, Deadline deadline) = 0;
};

}  // namespace rgw::mfa
