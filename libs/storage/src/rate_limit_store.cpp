#include "rgw/storage/rate_limit_store.hpp"

#include <utility>

namespace rgw::storage {
namespace {

// $2: what one attempt costs, $3: what the whole burst is worth, in microseconds.
const pg::Statement take_attempt{
    "rate_limit_take",
    "insert into rate_limits as r (subject, free_at)"
    " values ($1, clock_timestamp() + $2 * interval '1 microsecond')"
    " on conflict (subject) do update"
    " set free_at = greatest(r.free_at, clock_timestamp()) + $2 * interval '1 microsecond'"
    " where greatest(r.free_at, clock_timestamp()) + $2 * interval '1 microsecond'"
    " <= clock_timestamp() + $3 * interval '1 microsecond' returning 1"};

const pg::Statement forget_free_subjects{
    "rate_limit_forget",
    "delete from rate_limits where subject in (select subject from rate_limits"
    " where free_at < now() limit 10000 for update skip locked)"};

}  // namespace

async::Task<Result<bool>> PgRateLimitStore::take(std::string subject, identity::RateLimit limit,
                                                 Deadline deadline) {
    pg::Params params;
    params.add(subject)
        .add(std::int64_t{limit.interval.count()})
        .add(std::int64_t{limit.interval.count() * limit.burst});
    const Result<pg::Rows> rows = co_await pool_.query(take_attempt, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return !rows->empty();
}

async::Task<Result<void>> PgRateLimitStore::forget_free(Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(forget_free_subjects, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

}  // namespace rgw::storage
