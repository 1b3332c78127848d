#include "rgw/storage/env_change_store.hpp"

#include <utility>

namespace rgw::storage {
namespace {

const pg::Statement begin_env_change{
    "env_change_begin",
    "insert into env_changes as c (app, holder, expires_at)"
    " values ($1, $2, clock_timestamp() + $3 * interval '1 second')"
    " on conflict (app) do update set holder = excluded.holder, expires_at = excluded.expires_at"
    " where c.expires_at < clock_timestamp() returning 1"};

const pg::Statement end_env_change{"env_change_end",
                                   "delete from env_changes where app = $1 and holder = $2"};

}  // namespace

async::Task<Result<bool>> PgEnvChangeStore::begin(std::string app, std::string holder,
                                                  std::chrono::seconds lifetime,
                                                  Deadline deadline) {
    pg::Params params;
    params.add(app).add(holder).add(std::int64_t{lifetime.count()});
    const Result<pg::Rows> rows =
        co_await pool_.query(begin_env_change, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return !rows->empty();
}

async::Task<Result<void>> PgEnvChangeStore::end(std::string app, std::string holder,
                                                Deadline deadline) {
    pg::Params params;
    params.add(app).add(holder);
    const Result<pg::Rows> rows = co_await pool_.query(end_env_change, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

}  // namespace rgw::storage
