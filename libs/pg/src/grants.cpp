#include "rgw/pg/grants.hpp"

#include "ledger.hpp"
#include "rights.hpp"

namespace rgw::pg {
namespace {

constexpr Statement find_role{
    "grants.find_role",
    "select quote_ident($1), format('CREATE ROLE %I WITH LOGIN PASSWORD ''secure-password''', $1),"
    " (select rolsuper from pg_roles where rolname = $1)"};
constexpr Statement find_own_role{"grants.find_own_role", "select current_user::text"};

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
    std::string all;
    for (const std::string& text : texts) {
        all += (all.empty() ? "" : std::string(separator)) + text;
    }
    return all;
}

Error refused(std::string detail) {
    return {Errc::configuration_invalid, std::move(detail) + "; nothing was changed"};
}

// How the role is written in SQL, when it is one that rights can be given to: a login that owns the
// objects has every right whatever it is granted, and would lose them by a REVOKE.
async::Task<Result<std::string>> check_role(Connection& connection, const std::string& role,
                                            std::span<const Grant> grants, Deadline deadline) {
    const Result<Rows> found = co_await connection.run(find_role, Params().add(role), deadline);
    if (!found) {
        co_return found.error();
    }
    const Row row = (*found)[0];
    const auto quoted = row.get<std::string>(0);
    const auto superuser = row.get<std::optional<bool>>(2);
    if (!superuser) {
        co_return Error(Errc::not_found,
                        "there is no role " + quoted +
                            "; create it first, as a login that may: " + row.get<std::string>(1));
    }
    if (*superuser) {
        co_return refused(quoted + " is a superuser, whom no right binds: name another role");
    }
    const Result<std::vector<std::string>> owners =
        co_await owners_among(connection, role, grants, deadline);
    if (!owners) {
        co_return owners.error();
    }
    if (!owners->empty()) {
        co_return refused(quoted + " is, or is a member of, the owner of the gateway's tables (" +
                          joined(*owners, ", ") +
                          "), so it could still do anything to them: name another role");
    }
    co_return quoted;
}

// Runs what this login may run; what only others may is an error that names it.
async::Task<Result<void>> run_all(Connection& connection, const RightsChange& change,
                                  std::vector<std::string>& done, Deadline deadline) {
    if (!change.others.empty()) {
        co_return refused("this login does not own what has to be changed; its owner must run: " +
                          joined(change.others, "; "));
    }
    for (const std::string& statement : change.ours) {
        const Result<void> ran = co_await connection.script(statement, deadline);
        if (!ran) {
            co_return Error(ran.error().code, statement + ": " + ran.error().detail);
        }
        done.push_back(statement);
    }
    co_return Result<void>();
}

struct Wanted final {
    const std::string& role;
    GrantMode mode;
    std::span<const Grant> grants;
    Deadline deadline;
};

// Inside the transaction.
async::Task<Result<void>> change_rights(Connection& connection, const Wanted& wanted,
                                        std::vector<std::string>& done) {
    const Result<std::string> quoted =
        co_await check_role(connection, wanted.role, wanted.grants, wanted.deadline);
    if (!quoted) {
        co_return quoted.error();
    }
    if (wanted.mode == GrantMode::exactly) {
        const Result<RightsChange> excess =
            co_await beyond(connection, wanted.role, wanted.grants, wanted.deadline);
        if (!excess) {
            co_return excess.error();
        }
        const Result<void> taken = co_await run_all(connection, *excess, done, wanted.deadline);
        if (!taken) {
            co_return taken;
        }
    }
    const Result<RightsChange> missing =
        co_await lacking(connection, wanted.role, wanted.grants, wanted.deadline);
    if (!missing) {
        co_return missing.error();
    }
    const Result<void> given = co_await run_all(connection, *missing, done, wanted.deadline);
    if (!given || wanted.mode == GrantMode::what_is_missing) {
        co_return given;
    }
    const Result<std::vector<std::string>> left =
        co_await unwanted(connection, wanted.role, wanted.grants, wanted.deadline);
    if (!left) {
        co_return left.error();
    }
    if (!left->empty()) {
        co_return refused(*quoted + " would still have " + joined(*left, ", ") +
                          ", as a member of another role or as everybody (PUBLIC): take that away");
    }
    co_return Result<void>();
}

async::Task<Result<MissingRights>> missing_on(Pool& pool, std::span<const Grant> grants,
                                              Deadline deadline) {
    const Result<Lease> lease = co_await pool.acquire(deadline);
    if (!lease) {
        co_return lease.error();
    }
    const Result<Rows> role = co_await (*lease)->run(find_own_role, {}, deadline);
    if (!role) {
        co_return role.error();
    }
    MissingRights missing{.role = (*role)[0].get<std::string>(0), .statements = {}};
    Result<RightsChange> change = co_await lacking(**lease, missing.role, grants, deadline);
    if (!change) {
        co_return change.error();
    }
    missing.statements = std::move(change->others);
    missing.statements.insert(missing.statements.end(), change->ours.begin(), change->ours.end());
    co_return missing;
}

}  // namespace

async::Task<Result<std::vector<std::string>>> grant_to_role(async::Loop& loop, const ConnInfo& info,
                                                            std::string role, GrantMode mode,
                                                            SchemaSource source) {
    const MigrationLimits limits;
    Result<std::unique_ptr<Connection>> opened = co_await connect_for_schema(loop, info, limits);
    if (!opened) {
        co_return opened.error();
    }
    Connection& connection = **opened;
    const Result<void> locked = co_await lock_migrations(connection, limits);
    if (!locked) {
        co_return locked.error();
    }
    const Deadline deadline = deadline_in(limits.connect);
    const Result<std::vector<std::string>> pending =
        co_await pending_migrations(connection, source.migrations, deadline);
    if (!pending) {
        co_return pending.error();
    }
    if (!pending->empty()) {
        co_return refused("migration " + pending->front() +
                          " is pending: run rack-gateway-api migrate first");
    }
    const Result<void> begun = co_await begin_schema_change(connection, deadline);
    if (!begun) {
        co_return begun.error();
    }
    std::vector<std::string> done;
    const Wanted wanted{.role = role, .mode = mode, .grants = source.grants, .deadline = deadline};
    const Result<void> changed = co_await change_rights(connection, wanted, done);
    const Result<void> ended =
        co_await connection.script(changed ? "commit" : "rollback", deadline);
    if (!changed || !ended) {
        co_return changed ? ended.error() : changed.error();
    }
    co_return done;
}

async::Task<Result<MissingRights>> missing_rights(Pool& pool, std::span<const Grant> grants,
                                                  Deadline deadline) {
    return async::on(pool.loop(), missing_on(pool, grants, deadline));
}

}  // namespace rgw::pg
