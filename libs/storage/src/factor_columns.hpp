#pragma once

#include <optional>
#include <string>

#include "rgw/crypto/aead.hpp"
#include "rgw/mfa/factor_store.hpp"
#include "rgw/pg/pool.hpp"

// What the files of PgFactorStore share.
namespace rgw::storage {

[[nodiscard]] Result<mfa::FactorKind> read_factor_kind(const pg::Row& row, int column);
// Two values: the bytes and the key's id, or two nulls.
void add_sealed(pg::Params& params, const std::optional<crypto::Sealed>& sealed);
[[nodiscard]] std::optional<crypto::Sealed> read_sealed(const pg::Row& row, int first);
// An id of ours as a bind value.
template <class Id>
[[nodiscard]] std::optional<std::int64_t> value_of(const std::optional<Id>& id) {
    return id ? std::optional<std::int64_t>(id->value) : std::nullopt;
}
[[nodiscard]] pg::Bytes bytes_from(std::string_view text);
// What a client says of itself, as it is kept: valid UTF-8 of at most 512 bytes. A header that is
// no text must not make a failure uncountable.
[[nodiscard]] std::optional<std::string> kept_text(const std::optional<std::string>& text);

// $1 to $14 of the statements that use a factor up.
[[nodiscard]] pg::Params use_params(const mfa::Use& use, mfa::FactorKind kind);
// What follows `consumed` in such a statement, which has a row when the factor counted: the proof,
// the attempt, and what the session gains.
#define RGW_WHAT_A_USE_BRINGS                                                                     \
    " proof as (insert into mfa_proofs (proof_hash, user_id, session_id, method_id, verified_at," \
    "  permission, resource, series_until)"                                                       \
    "  select $8, $1, $2, $4, $3, $9, $10, $11 from consumed where $8 is not null),"              \
    " attempt as (insert into mfa_attempts (user_id, method_id, method_type, success,"            \
    "  attempted_at, ip_address, user_agent, session_id)"                                         \
    "  select $1, $4, $14, true, $3, left($12, 45), $13, $2 from consumed),"                      \
    " gained as (update user_sessions s set updated_at = $3,"                                     \
    "  mfa_verified_at = case when $5 then coalesce(s.mfa_verified_at, $3)"                       \
    "   else s.mfa_verified_at end,"                                                              \
    "  recent_step_up_at = case when $6 then greatest(s.recent_step_up_at, $3)"                   \
    "   else s.recent_step_up_at end,"                                                            \
    "  token_hash = coalesce($7, s.token_hash)"                                                   \
    "  from consumed where s.id = $2 and ($5 or $6 or $7 is not null))"

// Runs `work` in a transaction that holds the user's row. Whoever changes a user's factors takes
// that row first, so nobody waits in a circle; and as each statement at READ COMMITTED sees what
// was committed before it began, `work` sees all that others did in their turn. Gives the answer of
// its last statement. Error: not_found (no such user).
async::Task<Result<pg::Rows>> run_in_turn(pg::Pool& pool, UserId user, pg::Batch work,
                                          Deadline deadline);

}  // namespace rgw::storage
