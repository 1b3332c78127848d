#pragma once

#include "database.hpp"
#include "rgw/base/error.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/user_store.hpp"

namespace rgw::app {

// Before anything is served: migrations applied (or none pending, when RGW_AUTO_MIGRATE is false),
// the environment marked, and the first users made if there is none. Errors are for the operator.
Result<void> prepare_database(Database& database, const settings::Settings& settings,
                              storage::PgUserStore& users);

}  // namespace rgw::app
