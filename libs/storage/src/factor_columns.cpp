#include "factor_columns.hpp"

#include <utility>

#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"

namespace rgw::storage {
namespace {

constexpr std::size_t longest_text = 512;

// The table first, in the mode every writer of users takes: the user directory, which keeps all
// writers out, then waits before it holds anything.
const pg::Statement announce_change{"factor_announce_change",
                                    "lock table users in row exclusive mode"};

// Keeps also out whoever adds a row that refers to the user: a session, a trusted device.
const pg::Statement lock_user{"factor_lock_user", "select id from users where id = $1 for update"};

async::Task<Result<pg::Rows>> run_locked(pg::Connection& connection, UserId user, pg::Batch work,
                                         Deadline deadline) {
    pg::Params params;
    params.add(user.value);
    pg::Batch locking;
    locking.add(announce_change).add(lock_user, std::move(params));
    const auto locked = co_await connection.run(std::move(locking), deadline);
    if (!locked) {
        co_return locked.error();
    }
    if (locked->back().empty()) {
        co_return Error(Errc::not_found, "user not found");
    }
    auto done = co_await connection.run(std::move(work), deadline);
    if (!done) {
        co_return done.error();
    }
    co_return std::move(done->back());
}

}  // namespace

Result<mfa::FactorKind> read_factor_kind(const pg::Row& row, int column) {
    const auto stored = row.get<std::string_view>(column);
    for (const auto kind :
         {mfa::FactorKind::totp, mfa::FactorKind::webauthn, mfa::FactorKind::yubiotp}) {
        if (stored == mfa::name(kind)) {
            return kind;
        }
    }
    return Error(Errc::database_rejected, "mfa_methods.type");
}

void add_sealed(pg::Params& params, const std::optional<crypto::Sealed>& sealed) {
    params.add(sealed ? std::optional(bytes_from(sealed->bytes)) : std::nullopt);
    params.add(sealed ? std::optional(sealed->key_id) : std::nullopt);
}

std::optional<crypto::Sealed> read_sealed(const pg::Row& row, int first) {
    const auto bytes = row.get<std::optional<pg::Bytes>>(first);
    if (!bytes) {
        return std::nullopt;
    }
    return crypto::Sealed{.bytes = std::string(crypto::text_of(*bytes)),
                          .key_id = row.get<std::string>(first + 1)};
}

pg::Bytes bytes_from(std::string_view text) {
    const auto bytes = crypto::bytes_of(text);
    return {bytes.begin(), bytes.end()};
}

std::optional<std::string> kept_text(const std::optional<std::string>& text) {
    return text ? std::optional(clip_utf8(valid_utf8(*text), longest_text)) : std::nullopt;
}

pg::Params use_params(const mfa::Use& use, mfa::FactorKind kind) {
    using Gain = mfa::Use::Gain;
    std::optional<std::string> proof_hash;
    std::optional<std::string> permission;
    std::optional<std::string> resource;
    std::optional<Timestamp> series_until;
    if (use.proof) {
        proof_hash = use.proof->hash;
        if (use.proof->action) {
            permission = use.proof->action->permission;
            resource = use.proof->action->resource;
            series_until = use.at + mfa::series_length;
        }
    }
    pg::Params params;
    params.add(use.holder.user.value)
        .add(value_of(use.holder.session))
        .add(use.at)
        .add(value_of(use.method))
        .add(use.gain == Gain::verified_and_step_up)
        .add(use.gain != Gain::nothing)
        .add(use.new_session_hash)
        .add(proof_hash)
        .add(permission)
        .add(resource)
        .add(series_until)
        .add(kept_text(use.holder.ip_address))
        .add(kept_text(use.holder.user_agent))
        .add(static_cast<int>(kind));
    return params;
}

async::Task<Result<pg::Rows>> run_in_turn(pg::Pool& pool, UserId user, pg::Batch work,
                                          Deadline deadline) {
    // Not a coroutine itself: it only hands on what it holds.
    const auto body = [user, work = std::move(work), deadline](pg::Connection& connection) {
        return run_locked(connection, user, work, deadline);
    };
    Result<pg::Rows> answer = co_await pool.transaction<pg::Rows>(body, deadline);
    co_return answer;
}

}  // namespace rgw::storage
