#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/connection.hpp"
#include "rgw/pg/conninfo.hpp"
#include "rgw/pg/fence.hpp"

namespace rgw::pg {

// What stands between us and the server. `otherwise`: by transaction or by statement, which loses
// LISTEN, session locks and prepared statements.
enum class Pooling : std::uint8_t { none, by_session, otherwise };

// Opens two connections when there is a pooler. Errors as Connection::connect.
async::Task<Result<Pooling>> find_pooling(async::Loop& loop, const ConnInfo& info,
                                          Deadline deadline);

// What to change when a pooler pools otherwise.
inline constexpr std::string_view wrong_pooling =
    "LISTEN, session locks and prepared statements need a session of their own: set pool_mode = "
    "session for this database in the pooler, or connect to PostgreSQL directly";

// Connects where the gateway can run: a version it knows, a primary, no pooler that pools
// otherwise. Errors: configuration_invalid with what to change, and those of Connection::connect.
async::Task<Result<std::unique_ptr<Connection>>> connect_checked(async::Loop& loop,
                                                                 const ConnInfo& info,
                                                                 Deadline deadline, Fence& fence);

// One of several hosts of a connection string.
struct HostState {
    std::string host;  // "db1.example.com:5432"
    ServerState server;
    std::string problem;  // why it could not be asked; then `server` says nothing
};

// Asks each host, one after the other; nothing when the connection string names only one. A fence
// learns of every primary there is, so that an old one is not used even by a process that has just
// started.
async::Task<std::vector<HostState>> survey_hosts(async::Loop& loop, ConnInfo info,
                                                 Fence* fence = nullptr);

// Primaries that accept writes although another was promoted since.
[[nodiscard]] std::vector<HostState> old_primaries(const std::vector<HostState>& hosts);

}  // namespace rgw::pg
