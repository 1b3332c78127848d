#include <span>
#include <utility>

#include "factor_columns.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/storage/factor_store.hpp"
#include "text_list.hpp"

// Factors that are set up. Both statements run in the user's turn.
namespace rgw::storage {
namespace {

// $8: the codes; kept only for who has no set, used ones included.
const pg::Statement insert_pending{
    "factor_begin_method",
    "with dropped as (delete from mfa_methods where user_id = $1 and type = $3"
    "  and confirmed_at is null),"
    " begun as (insert into mfa_methods (user_id, type, label, secret_encrypted, secret_key_id,"
    "  created_at, pending_session_id, pending_until)"
    "  select $1, $3, nullif(left($4, 150), ''), $5, $6, $7, s.id, $10 from user_sessions s"
    "  where s.id = $2 and s.user_id = $1 and s.revoked_at is null returning id),"
    " codes as (insert into mfa_backup_codes (user_id, code_hash, hash_key_id, created_at,"
    "  pending_method_id) select $1, c.hash, $9, $7, b.id from begun b, unnest($8) as c (hash)"
    "  where not exists (select from mfa_backup_codes h where h.user_id = $1"
    "   and h.pending_method_id is null) returning id)"
    " select id, exists (select from codes) from begun"};

// Somebody who has a factor adds another only in a session that showed one since there is one. A
// session may count as verified without ever having shown any: mfa_verified_at does not tell. With
// the first factor such sessions stop counting.
// $15: the kind; $16: the step; $17: the label; $18 to $26: what the kind brings.
const pg::Statement confirm_pending{
    "factor_confirm_method",
    "with session as (select id, recent_step_up_at from user_sessions where id = $2"
    "  and user_id = $1 and revoked_at is null for no key update),"
    " pending as (select m.id from mfa_methods m, session s, users u"
    "  where m.id = $4 and m.user_id = $1 and m.type = $15 and m.confirmed_at is null"
    "  and m.pending_session_id = s.id and m.pending_until > $3"
    "  and u.id = $1 and u.locked_at is null"
    "  and (select count(*) = 0 or coalesce(min(c.confirmed_at) <= s.recent_step_up_at, false)"
    "   from mfa_methods c where c.user_id = $1 and c.confirmed_at is not null)),"
    " step as (insert into used_totp_steps (user_id, time_step, method_id, verified_at,"
    "  ip_address, user_agent, session_id)"
    "  select $1, $16, id, $3, left($12, 45), $13, $2 from pending where $16 is not null"
    "  on conflict do nothing returning user_id),"
    " consumed as (update mfa_methods m set confirmed_at = $3, last_used_at = $3,"
    "  pending_session_id = null, pending_until = null, label = nullif(left($17, 150), ''),"
    "  credential_id = $18, public_key = $19, sign_count = coalesce($20, 0),"
    "  aaguid = $21::text::uuid, attestation_format = left($22, 32),"
    "  backup_eligible = coalesce($23, false), backed_up = coalesce($24, false),"
    "  transports = $25::text::jsonb, yubikey_id = $26"
    "  from pending p where m.id = p.id and ($16 is null or exists (select from step))"
    "  returning m.id),"
    " kept as (update mfa_backup_codes b set pending_method_id = null from consumed c"
    "  where b.pending_method_id = c.id and not exists (select from mfa_backup_codes h"
    "   where h.user_id = $1 and h.pending_method_id is null)),"
    " dropped as (delete from mfa_backup_codes b using consumed c"
    "  where b.pending_method_id = c.id and exists (select from mfa_backup_codes h"
    "   where h.user_id = $1 and h.pending_method_id is null)),"
    " enrolled as (update users u set mfa_enrolled = true,"
    "  mfa_enforced_at = coalesce(u.mfa_enforced_at, $3), updated_at = $3 from consumed"
    "  where u.id = $1 and (not u.mfa_enrolled or u.mfa_enforced_at is null)),"
    " doubted as (update user_sessions s set mfa_verified_at = null, updated_at = $3 from consumed"
    "  where s.user_id = $1 and s.id <> $2 and s.mfa_verified_at is not null"
    "  and s.recent_step_up_at is null and not exists (select from mfa_methods c"
    "   where c.user_id = $1 and c.confirmed_at is not null))"
    "," RGW_WHAT_A_USE_BRINGS
    " select exists (select from pending), exists (select from consumed)"};

void add_credential(pg::Params& params, const std::optional<mfa::NewCredential>& credential) {
    if (!credential) {
        const std::optional<pg::Bytes> no_bytes;
        const std::optional<std::string> no_text;
        const std::optional<bool> no_flag;
        params.add(no_bytes).add(no_bytes).add(std::optional<std::int64_t>());
        params.add(no_text).add(no_text).add(no_flag).add(no_flag).add(no_text);
        return;
    }
    params.add(std::span<const std::byte>(bytes_from(credential->id)))
        .add(std::span<const std::byte>(bytes_from(credential->public_key)))
        .add(std::int64_t{credential->sign_count})
        .add(crypto::hex(credential->aaguid))
        .add(credential->attestation_format)
        .add(credential->backup_eligible)
        .add(credential->backed_up)
        .add(write_text_list(credential->transports));
}

bool is_used_before(const Error& error) {
    return error.code == Errc::database_conflict &&
           (error.detail == "mfa_methods_credential_id_uq" ||
            error.detail == "mfa_methods_yubikey_uq");
}

}  // namespace

async::Task<Result<mfa::PendingMethod>> PgFactorStore::begin_method(mfa::NewMethod method,
                                                                    Deadline deadline) {
    std::vector<std::optional<std::string>> hashes(method.backup_code_hashes.begin(),
                                                   method.backup_code_hashes.end());
    pg::Params params;
    params.add(method.holder.user.value)
        .add(value_of(method.holder.session))
        .add(mfa::name(method.kind))
        .add(valid_utf8(method.label));
    add_sealed(params, method.totp_seed);
    params.add(method.created_at)
        .add(std::span<const std::optional<std::string>>(hashes))
        .add(method.backup_key_id)
        .add(method.expires_at);
    pg::Batch work;
    work.add(insert_pending, std::move(params));
    const Result<pg::Rows> rows =
        co_await run_in_turn(pool_, method.holder.user, std::move(work), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return Error(Errc::not_found, "session not found");
    }
    co_return mfa::PendingMethod{.id = {(*rows)[0].get<std::int64_t>(0)},
                                 .backup_codes_kept = (*rows)[0].get<bool>(1)};
}

async::Task<Result<mfa::Confirmed>> PgFactorStore::confirm_method(mfa::Confirmation confirmation,
                                                                  Deadline deadline) {
    pg::Params params = use_params(confirmation.use, confirmation.kind);
    params.add(mfa::name(confirmation.kind))
        .add(confirmation.totp_step)
        .add(valid_utf8(confirmation.label));
    add_credential(params, confirmation.credential);
    params.add(confirmation.yubikey_id);
    pg::Batch work;
    work.add(confirm_pending, std::move(params));
    const Result<pg::Rows> rows =
        co_await run_in_turn(pool_, confirmation.use.holder.user, std::move(work), deadline);
    if (!rows) {
        if (is_used_before(rows.error())) {
            co_return mfa::Confirmed::used_before;
        }
        co_return rows.error();
    }
    const bool was_pending = (*rows)[0].get<bool>(0);
    const bool was_confirmed = (*rows)[0].get<bool>(1);
    co_return was_confirmed
        ? mfa::Confirmed::yes
        : (was_pending ? mfa::Confirmed::used_before : mfa::Confirmed::no_longer_pending);
}

}  // namespace rgw::storage
