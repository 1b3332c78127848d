#pragma once

#include <span>

#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/pool.hpp"
#include "rgw/pg/statement.hpp"

namespace rgw::storage {

// Whether transactions may write here: not a standby, not read-only. From any loop. Errors:
// database_unavailable, which says which of the two it is, and those of pg::Pool::query.
async::Task<Result<void>> check_writable(pg::Pool& pool, Deadline deadline);

[[nodiscard]] std::span<const pg::Statement* const> database_state_statements();

}  // namespace rgw::storage
