#pragma once

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Rows that nobody needs any more and nothing else takes away (docs/database-setup.md, "Log
// Retention"). From any loop.
class PgCleanupStore {
public:
    explicit PgCleanupStore(pg::Pool& pool) : pool_(pool) {}

    // A bounded number of rows of each table; the next call goes on. Errors: those of
    // pg::Pool::query.
    async::Task<Result<void>> forget(Timestamp now, Deadline deadline);

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
