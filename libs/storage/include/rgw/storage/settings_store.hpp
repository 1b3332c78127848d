#pragma once

#include <string>

#include "rgw/access/settings_store.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// The settings table. From any loop. Errors: database_*.
class PgSettingsStore final : public access::SettingsStore {
public:
    explicit PgSettingsStore(pg::Pool& pool) : pool_(pool) {}

    // By one query.
    async::Task<Result<access::StoredSettings>> load(Deadline deadline) override;
    async::Task<Result<access::FormerRows>> change(access::SettingsChange change,
                                                   Deadline deadline) override;
    // False when there is such a row already; it stays as it is then. `json` is JSON text.
    async::Task<Result<bool>> insert_global(std::string key, std::string json, Deadline deadline);

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
