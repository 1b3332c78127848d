#pragma once

#include "database.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/conninfo.hpp"
#include "rgw/pg/fence.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/user_store.hpp"

namespace rgw::app {

// Learns which of the hosts are primaries, and whether the gateway can run there: PostgreSQL 14 or
// later, no pooler in between but one that pools by session. On the database loop.
async::Task<Result<void>> find_database_server(async::Loop& loop, pg::ConnInfo info,
                                               pg::Fence& fence);

// Before anything is served: migrations applied (or none pending, when RGW_AUTO_MIGRATE is false),
// the environment marked, and the first users made if there is none. Errors are for the operator.
Result<void> prepare_database(Database& database, const settings::Settings& settings,
                              storage::PgUserStore& users);

}  // namespace rgw::app
