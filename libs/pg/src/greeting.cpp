// What is asked of every new session, in one round trip.
#include <libpq-fe.h>

#include "connection_state.hpp"
#include "session_settings.hpp"

namespace rgw::pg {
namespace {

// Unnamed, so that it works through any pooler. The timeline is in the name of the WAL file.
constexpr Statement ask_server{
    "",
    "select pg_backend_pid()::bigint, pg_is_in_recovery(),"
    " (select system_identifier from pg_control_system()),"
    " case when not pg_is_in_recovery() then"
    " ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint end"};
// For a login or a service that may not see these.
constexpr Statement ask_little{
    "", "select pg_backend_pid()::bigint, pg_is_in_recovery(), null::bigint, null::bigint"};

}  // namespace

async::Task<Result<void>> Connection::greet(Deadline deadline) {
    Result<Rows> rows = co_await run(ask_server, {}, deadline);
    if (!rows && rows.error().code == Errc::database_rejected && usable()) {
        Result<Rows> little = co_await run(ask_little, {}, deadline);
        rows = std::move(little);
    }
    if (!rows) {
        co_return rows.error();
    }
    const Row row = (*rows)[0];
    state_->server = {.version = PQserverVersion(state_->handle),
                      .process = row.get<std::int64_t>(0),
                      .standby = row.get<bool>(1),
                      .pooled = row.get<std::int64_t>(0) != PQbackendPID(state_->handle),
                      .system = row.get<std::optional<std::int64_t>>(2),
                      .timeline = row.get<std::optional<std::int64_t>>(3)};
    if (!state_->server.pooled) {
        co_return Result<void>();
    }
    // A pooler drops what the start of the connection asked for.
    Result<void> set = co_await script(session_settings_script(), deadline);
    co_return set;
}

const ServerState& Connection::server() const {
    return state_->server;
}

}  // namespace rgw::pg
