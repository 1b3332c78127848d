#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "rgw/audit/retention.hpp"
#include "rgw/pg/conninfo.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Retention in PostgreSQL (migrations/0014_retention.sql). On the pool's loop.
class PgRetentionStore final : public audit::RetentionStore {
public:
    explicit PgRetentionStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<std::unique_ptr<audit::PruneClaim>>> claim(Deadline deadline) override;
    async::Task<Result<std::optional<audit::PrunePlan>>> plan(std::int64_t days,
                                                              audit::PruneBelow below,
                                                              Deadline deadline) override;
    async::Task<Result<std::vector<std::int64_t>>> lasting(std::int64_t from, std::int64_t before,
                                                           Deadline deadline) override;
    async::Task<Result<std::int64_t>> prune(audit::PruneBatch batch, Deadline deadline) override;
    async::Task<Result<std::int64_t>> thin_checkpoints(Deadline deadline) override;

    // What the database allows at most: nothing younger than so many days is removed; nothing:
    // nothing at all.
    async::Task<Result<std::optional<std::int64_t>>> find_limit(Deadline deadline);
    // False when this login may not: only who owns the log can.
    async::Task<Result<bool>> set_limit(std::optional<std::int64_t> days, Deadline deadline);

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
