#pragma once

#include <string>

#include "rgw/access/policy.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// The settings table. From any loop.
class PgSettingsStore {
public:
    explicit PgSettingsStore(pg::Pool& pool) : pool_(pool) {}

    // Every row, global and per app, by one query. Errors: database_*.
    async::Task<Result<access::StoredSettings>> load(Deadline deadline);
    // False when there is such a row already; it stays as it is then. `json` is JSON text. Errors:
    // database_*.
    async::Task<Result<bool>> insert_global(std::string key, std::string json, Deadline deadline);
    // Errors: database_*.
    async::Task<Result<void>> replace_global(std::string key, std::string json, Deadline deadline);

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
