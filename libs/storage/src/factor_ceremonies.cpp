#include <array>
#include <utility>

#include "factor_columns.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/storage/factor_store.hpp"

// What is kept between two requests, and its end.
namespace rgw::storage {
namespace {

// Of two actions that want the same proof, the second finds the row as the first left it: locking
// reads its latest version.
const pg::Statement bind_proof{
    "factor_use_proof",
    "with proof as (select proof_hash, permission is null as unbound,"
    "  case when permission is null then verified_at > $6"
    "   else coalesce(permission = $3 and resource = $4 and $5 and series_until > $7, false)"
    "   end as counts"
    "  from mfa_proofs where proof_hash = $1 and session_id = $2 for no key update),"
    " bound as (update mfa_proofs p set permission = $3, resource = $4, series_until = $8"
    "  from proof f where p.proof_hash = f.proof_hash and f.unbound and f.counts"
    "  and $3 is not null)"
    " select counts from proof"};

const pg::Statement insert_challenge{
    "factor_put_challenge",
    "insert into mfa_challenges (state_hash, user_id, session_id, method_id, challenge,"
    " created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)"};

const pg::Statement delete_challenge{
    "factor_take_challenge",
    "with taken as (delete from mfa_challenges where state_hash = $1"
    "  returning user_id, session_id, method_id, challenge, expires_at)"
    " select challenge, method_id from taken where user_id = $2"
    " and session_id is not distinct from $3 and method_id is not distinct from $4"
    " and expires_at > $5"};

// Each takes at most so many rows as one call may keep locked, and none that somebody is using.
#define RGW_AT_MOST " limit 10000 for update skip locked)"

const pg::Statement forget_challenges{
    "factor_forget_challenges",
    "delete from mfa_challenges where state_hash in (select state_hash from mfa_challenges"
    " where expires_at <= $1" RGW_AT_MOST};

const pg::Statement forget_pending{"factor_forget_pending",
                                   "delete from mfa_methods where id in (select id from mfa_methods"
                                   " where pending_until <= $1" RGW_AT_MOST};

const pg::Statement forget_proofs{
    "factor_forget_proofs",
    "delete from mfa_proofs where proof_hash in (select proof_hash from mfa_proofs"
    " where verified_at <= $1::timestamptz - interval '1 hour'" RGW_AT_MOST};

const pg::Statement forget_attempts{
    "factor_forget_attempts",
    "delete from mfa_attempts where id in (select id from mfa_attempts"
    " where attempted_at <= $1::timestamptz - interval '90 days'" RGW_AT_MOST};

const pg::Statement forget_steps{
    "factor_forget_steps",
    "delete from used_totp_steps where (user_id, time_step) in (select user_id, time_step"
    " from used_totp_steps where verified_at <= $1::timestamptz - interval '1 hour'" RGW_AT_MOST};

}  // namespace

async::Task<Result<std::optional<bool>>> PgFactorStore::use_proof(SessionId session,
                                                                  mfa::InlineProof proof,
                                                                  Timestamp now,
                                                                  Deadline deadline) {
    const std::optional<mfa::Action>& action = proof.action;
    pg::Params params;
    params.add(proof.hash)
        .add(session.value)
        .add(action ? std::optional(action->permission) : std::nullopt)
        .add(action ? std::optional(action->resource) : std::nullopt)
        .add(action && action->repeats == mfa::Action::Repeats::in_series)
        .add(now - mfa::proof_lives_for)
        .add(now)
        .add(now + mfa::series_length);
    const Result<pg::Rows> rows = co_await pool_.query(bind_proof, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->empty() ? std::optional<bool>() : std::optional((*rows)[0].get<bool>(0));
}

async::Task<Result<void>> PgFactorStore::put_challenge(mfa::NewChallenge challenge,
                                                       Deadline deadline) {
    pg::Params params;
    params.add(challenge.state_hash)
        .add(challenge.holder.user.value)
        .add(value_of(challenge.holder.session))
        .add(value_of(challenge.method))
        .add(std::span<const std::byte>(bytes_from(challenge.challenge)))
        .add(challenge.created_at)
        .add(challenge.expires_at);
    const Result<pg::Rows> rows =
        co_await pool_.query(insert_challenge, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

async::Task<Result<std::optional<mfa::TakenChallenge>>> PgFactorStore::take_challenge(
    std::string state_hash, mfa::Holder holder, std::optional<mfa::MethodId> method, Timestamp now,
    Deadline deadline) {
    pg::Params params;
    params.add(state_hash)
        .add(holder.user.value)
        .add(value_of(holder.session))
        .add(value_of(method))
        .add(now);
    const Result<pg::Rows> rows =
        co_await pool_.query(delete_challenge, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<mfa::TakenChallenge>();
    }
    const auto bytes = (*rows)[0].get<pg::Bytes>(0);
    co_return std::optional(
        mfa::TakenChallenge{.challenge = std::string(crypto::text_of(bytes)), .method = method});
}

// One statement after the other, each a transaction of its own: none holds rows of two tables.
async::Task<Result<void>> PgFactorStore::forget(Timestamp now, Deadline deadline) {
    const std::array statements = {&forget_challenges, &forget_pending, &forget_proofs,
                                   &forget_attempts, &forget_steps};
    for (const pg::Statement* statement : statements) {
        pg::Params params;
        params.add(now);
        const Result<pg::Rows> rows = co_await pool_.query(*statement, std::move(params), deadline);
        if (!rows) {
            co_return rows.error();
        }
    }
    co_return Result<void>();
}

}  // namespace rgw::storage
