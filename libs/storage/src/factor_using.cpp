#include <utility>

#include "factor_columns.hpp"
#include "rgw/storage/factor_store.hpp"

// Factors that are shown: each counts once.
namespace rgw::storage {
namespace {

// A use is one statement, and all of it counts or nothing: `consumed` has a row when the factor was
// good for one use more, and whatever else is written takes its rows from there.
//
// All parts of a statement see the snapshot taken when it began, so none may rely on what it reads
// of rows others change. What decides is re-evaluated on the latest version of its row: the user's
// (first, so that of one user's uses and failures each waits for the one before), the session's and
// the method's, which are locked; the code's and the counter's, which are updated; and the step's,
// which its primary key decides.
//
// A proof that is there already must undo the consumption, which no part of the statement can: its
// primary key fails the statement as a whole, and that is the answer (use_up()). The other way
// round, proof first, a code that was used before would leave a proof that counts.
#define RGW_WHO_USES                                                                           \
    "with owner as (select id from users where id = $1 and locked_at is null"                  \
    "  for no key update),"                                                                    \
    " session as (select s.id from user_sessions s, owner o where s.id = $2"                   \
    "  and s.user_id = o.id and s.revoked_at is null for no key update of s),"                 \
    " method as (select m.id from mfa_methods m, owner o where m.id = $4 and m.user_id = o.id" \
    "  and m.confirmed_at is not null for no key update of m),"                                \
    " allowed as (select o.id from owner o"                                                    \
    "  where ($2 is null or exists (select from session))"                                     \
    "  and ($4 is null or exists (select from method))),"
#define RGW_METHOD_WAS_USED                                                             \
    " touched as (update mfa_methods m set last_used_at = greatest(m.last_used_at, $3)" \
    "  from consumed where m.id = $4),"
#define RGW_IT_COUNTED " select from consumed"

const pg::Statement use_step{
    "factor_use_totp_step", RGW_WHO_USES
    " consumed as (insert into used_totp_steps (user_id, time_step, method_id, verified_at,"
    "  ip_address, user_agent, session_id) select id, $15, $4, $3, left($12, 45), $13, $2 from "
    "allowed"
    "  on conflict do nothing returning user_id)," RGW_METHOD_WAS_USED RGW_WHAT_A_USE_BRINGS
        RGW_IT_COUNTED};

const pg::Statement use_code{
    "factor_use_backup_code", RGW_WHO_USES
    " consumed as (update mfa_backup_codes c set used_at = $3 from allowed a"
    "  where c.user_id = a.id and c.code_hash = $15 and c.hash_key_id = $16"
    "  and c.used_at is null and c.pending_method_id is null"
    "  returning c.user_id)," RGW_METHOD_WAS_USED RGW_WHAT_A_USE_BRINGS RGW_IT_COUNTED};

const pg::Statement use_yubikey{
    "factor_use_password", RGW_WHO_USES
    " consumed as (update mfa_methods m set last_used_at = greatest(m.last_used_at, $3)"
    "  from allowed a where m.id = $4 and m.user_id = a.id and m.type = 'yubiotp'"
    "  returning m.user_id)," RGW_WHAT_A_USE_BRINGS RGW_IT_COUNTED};

const pg::Statement use_credential{
    "factor_use_assertion", RGW_WHO_USES
    " consumed as (update mfa_methods m set sign_count = $15, backed_up = $16,"
    "  last_used_at = greatest(m.last_used_at, $3)"
    "  from allowed a where m.id = $4 and m.user_id = a.id and m.type = 'webauthn'"
    "  and m.sign_count = $17 returning m.user_id)," RGW_WHAT_A_USE_BRINGS RGW_IT_COUNTED};

// In the turn of the user: the failures of others are seen, and this one is not among them yet.
const pg::Statement count_failure{
    "factor_fail",
    "with attempt as (insert into mfa_attempts (user_id, method_id, method_type, success,"
    "  attempted_at, ip_address, user_agent, failure_reason, session_id)"
    "  values ($1, (select id from mfa_methods where id = $2 and user_id = $1), $3, false, $4,"
    "  left($5, 45), $6, $7, (select id from user_sessions where id = $8 and user_id = $1))),"
    " counted as (select count(*) + 1 as failures from mfa_attempts"
    "  where user_id = $1 and not success and attempted_at > $9),"
    " locked as (update users u set locked_at = $4, locked_by_user_id = null, updated_at = $4,"
    "  locked_reason = 'five failed second factors in five minutes'"
    "  from counted c where u.id = $1 and u.locked_at is null and c.failures >= $10"
    "  returning u.id)"
    " select failures, exists (select from locked) from counted"};

}  // namespace

async::Task<Result<bool>> PgFactorStore::use_up(const pg::Statement& statement, pg::Params params,
                                                Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(statement, std::move(params), deadline);
    if (!rows) {
        const Error& error = rows.error();
        if (error.code == Errc::database_conflict && error.detail == "mfa_proofs_pkey") {
            co_return false;
        }
        co_return error;
    }
    co_return !rows->empty();
}

async::Task<Result<bool>> PgFactorStore::use_totp_step(mfa::UsedTotpStep use, Deadline deadline) {
    pg::Params params = use_params(use, mfa::FactorKind::totp);
    params.add(use.step);
    return use_up(use_step, std::move(params), deadline);
}

async::Task<Result<bool>> PgFactorStore::use_backup_code(mfa::UsedBackupCode use,
                                                         Deadline deadline) {
    pg::Params params = use_params(use, mfa::FactorKind::backup_code);
    params.add(use.code_hash).add(use.key_id);
    return use_up(use_code, std::move(params), deadline);
}

async::Task<Result<bool>> PgFactorStore::use_password(mfa::UsedPassword use, Deadline deadline) {
    return use_up(use_yubikey, use_params(use, mfa::FactorKind::yubiotp), deadline);
}

async::Task<Result<bool>> PgFactorStore::use_assertion(mfa::UsedAssertion use, Deadline deadline) {
    pg::Params params = use_params(use, mfa::FactorKind::webauthn);
    params.add(std::int64_t{use.credential.sign_count})
        .add(use.credential.backed_up)
        .add(std::int64_t{use.former_sign_count});
    return use_up(use_credential, std::move(params), deadline);
}

async::Task<Result<mfa::FailureCount>> PgFactorStore::fail(mfa::Failure failure,
                                                           Deadline deadline) {
    pg::Params params;
    params.add(failure.holder.user.value)
        .add(value_of(failure.method))
        .add(static_cast<int>(failure.kind.value_or(mfa::FactorKind::totp)))
        .add(failure.at)
        .add(kept_text(failure.holder.ip_address))
        .add(kept_text(failure.holder.user_agent))
        .add(failure.reason)
        .add(value_of(failure.holder.session))
        .add(failure.at - mfa::failure_window)
        .add(mfa::failures_until_locked);
    pg::Batch work;
    work.add(count_failure, std::move(params));
    const Result<pg::Rows> rows =
        co_await run_in_turn(pool_, failure.holder.user, std::move(work), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return mfa::FailureCount{.in_window = static_cast<int>((*rows)[0].get<std::int64_t>(0)),
                                .locked_now = (*rows)[0].get<bool>(1)};
}

}  // namespace rgw::storage
