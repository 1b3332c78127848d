#include <span>
#include <utility>

#include "factor_columns.hpp"
#include "rgw/base/text.hpp"
#include "rgw/storage/factor_store.hpp"

// Factors that are named, preferred and lost.
namespace rgw::storage {
namespace {

const pg::Statement relabel{"factor_relabel_method",
                            "update mfa_methods set label = nullif(left($3, 150), ''),"
                            " cli_capable = coalesce($4, cli_capable)"
                            " where user_id = $1 and id = $2 and confirmed_at is not null"};

// In the user's turn: of two who remove the last two factors at once, the second sees that it is
// the last.
const pg::Statement remove{
    "factor_remove_method",
    "with removed as (delete from mfa_methods where user_id = $1 and id = $2"
    "  and confirmed_at is not null returning type, label),"
    " others as (select type from mfa_methods where user_id = $1 and id <> $2"
    "  and confirmed_at is not null),"
    " last as (select 1 from removed where not exists (select from others)),"
    " codes as (delete from mfa_backup_codes where user_id = $1 and pending_method_id is null"
    "  and exists (select from last)),"
    " devices as (update trusted_devices set revoked_at = $3, revoked_reason = 'mfa_disabled',"
    "  updated_at = $3 where user_id = $1 and revoked_at is null and exists (select from last)),"
    " left_over as (update users set mfa_enrolled = exists (select from others), updated_at = $3,"
    "  preferred_mfa_method = case when preferred_mfa_method in (select type from others)"
    "   then preferred_mfa_method end where id = $1 and exists (select from removed))"
    " select type, coalesce(label, ''), exists (select from last) from removed"};

const pg::Statement prefer{
    "factor_set_preferred",
    "update users set preferred_mfa_method = $2, updated_at = now() where id = $1"};

const pg::Statement delete_codes{"factor_delete_backup_codes",
                                 "delete from mfa_backup_codes where user_id = $1"};

const pg::Statement insert_codes{
    "factor_insert_backup_codes",
    "insert into mfa_backup_codes (user_id, code_hash, hash_key_id, created_at)"
    " select $1, c.hash, $3, $4 from unnest($2) as c (hash)"};

// Codes that wait for their factor go with it. A command-line sign-in under way is a session to be,
// and may count as verified already.
const pg::Statement reset_factors{
    "factor_reset",
    "with removed as (delete from mfa_methods where user_id = $1 returning confirmed_at),"
    " codes as (delete from mfa_backup_codes where user_id = $1 and pending_method_id is null),"
    " challenges as (delete from mfa_challenges where user_id = $1),"
    " proofs as (delete from mfa_proofs where user_id = $1),"
    " logins as (delete from cli_login_states where user_id = $1),"
    " devices as (update trusted_devices set revoked_at = $4, revoked_reason = 'reset',"
    "  updated_at = $4 where user_id = $1 and revoked_at is null),"
    " sessions as (update user_sessions set revoked_at = $4, revoked_by_user_id = $2,"
    "  revoked_reason = 'factors were reset', updated_at = $4"
    "  where user_id = $1 and revoked_at is null),"
    " standing as (update users set mfa_enrolled = false, preferred_mfa_method = null,"
    "  mfa_enforced_at = coalesce(mfa_enforced_at, $4), updated_at = $4 where id = $1),"
    " notice as (insert into jobs (kind, args) values ('notify.factors_reset',"
    "  jsonb_build_object('user_id', $1, 'by_user_id', $2, 'reason', $3)))"
    " select count(confirmed_at) from removed"};

Result<void> found_one(const Result<pg::Rows>& rows, std::string_view sentence) {
    if (!rows) {
        return rows.error();
    }
    if (rows->affected() == 0) {
        return Error(Errc::not_found, std::string(sentence));
    }
    return {};
}

}  // namespace

async::Task<Result<void>> PgFactorStore::relabel_method(UserId user, mfa::MethodId method,
                                                        std::string label,
                                                        std::optional<bool> cli_capable,
                                                        Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(method.value).add(valid_utf8(label)).add(cli_capable);
    const Result<pg::Rows> rows = co_await pool_.query(relabel, std::move(params), deadline);
    co_return found_one(rows, "method not found");
}

async::Task<Result<mfa::RemovedMethod>> PgFactorStore::remove_method(UserId user,
                                                                     mfa::MethodId method,
                                                                     Timestamp now,
                                                                     Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(method.value).add(now);
    pg::Batch work;
    work.add(remove, std::move(params));
    const Result<pg::Rows> rows = co_await run_in_turn(pool_, user, std::move(work), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return Error(Errc::not_found, "method not found");
    }
    const auto kind = read_factor_kind((*rows)[0], 0);
    if (!kind) {
        co_return kind.error();
    }
    co_return mfa::RemovedMethod{.kind = *kind,
                                 .label = (*rows)[0].get<std::string>(1),
                                 .was_last = (*rows)[0].get<bool>(2)};
}

async::Task<Result<void>> PgFactorStore::set_preferred(UserId user, std::optional<std::string> kind,
                                                       Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(kind);
    const Result<pg::Rows> rows = co_await pool_.query(prefer, std::move(params), deadline);
    co_return found_one(rows, "user not found");
}

async::Task<Result<void>> PgFactorStore::replace_backup_codes(UserId user,
                                                              std::vector<std::string> hashes,
                                                              std::string key_id, Timestamp now,
                                                              Deadline deadline) {
    const std::vector<std::optional<std::string>> texts(hashes.begin(), hashes.end());
    pg::Params old;
    old.add(user.value);
    pg::Params fresh;
    fresh.add(user.value)
        .add(std::span<const std::optional<std::string>>(texts))
        .add(key_id)
        .add(now);
    pg::Batch work;
    work.add(delete_codes, std::move(old)).add(insert_codes, std::move(fresh));
    const Result<pg::Rows> rows = co_await run_in_turn(pool_, user, std::move(work), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

async::Task<Result<std::int64_t>> PgFactorStore::reset(UserId user, std::optional<UserId> by,
                                                       std::string reason, Timestamp now,
                                                       Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(value_of(by)).add(valid_utf8(reason)).add(now);
    pg::Batch work;
    work.add(reset_factors, std::move(params));
    const Result<pg::Rows> rows = co_await run_in_turn(pool_, user, std::move(work), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return (*rows)[0].get<std::int64_t>(0);
}

}  // namespace rgw::storage
