#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "rgw/audit/appender.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/pg/pool.hpp"
#include "rgw/pg/statement.hpp"

namespace rgw::storage {

struct OrphanedIntent {
    std::int64_t chain_index = 0;
    audit::Event event;
};

// The log in PostgreSQL (migrations/0002_audit.sql). A batch is two round trips: BEGIN with the
// head lock, then audit.append() with COMMIT. Whatever goes wrong (no connection, standby,
// read-only, disk full, a head that was tampered with) is audit_unavailable; the detail says what.
class PgAuditStore final : public audit::Store {
public:
    // `instance`: the random key under which this process' LISTEN connection holds its advisory
    // lock (pg::Listener::Options::instance_key).
    PgAuditStore(pg::Pool& pool, std::int64_t instance) : pool_(pool), instance_(instance) {}

    // Both on the pool's loop.
    async::Task<Result<void>> commit(std::function<audit::SealedBatch(const audit::Head&)> seal,
                                     Deadline deadline) override;
    async::Task<Result<audit::Presence>> look_up(std::int64_t chain_index, audit::Hash event_hash,
                                                 Deadline deadline) override;

    // Takes over the open intents, at least `min_age` old, of processes that no longer hold their
    // advisory lock, and returns those taken over (now or before) that have no outcome yet. From
    // any loop. Errors: those of pg::Pool::query.
    async::Task<Result<std::vector<OrphanedIntent>>> find_orphaned_intents(
        std::chrono::milliseconds min_age, Deadline deadline);

private:
    async::Task<Result<pg::Lease>> begin(audit::Head& head, Deadline deadline);
    async::Task<Result<pg::Lease>> try_begin(audit::Head& head, Deadline deadline);

    pg::Pool& pool_;
    std::int64_t instance_;
};

// Writes an outcome `unknown`, reason `process_ended`, for every orphaned intent and returns how
// many. For the start and every half minute after; it stops at the first event that cannot be
// written, and the next call goes on. Errors: those of find_orphaned_intents and Appender::append.
async::Task<Result<std::int64_t>> close_orphaned_intents(PgAuditStore& store,
                                                         audit::Appender& appender,
                                                         const Clock& clock,
                                                         std::chrono::milliseconds min_age,
                                                         Deadline deadline);

// Every query of the audit stores, for the test that prepares them all.
[[nodiscard]] std::span<const pg::Statement* const> audit_statements();

}  // namespace rgw::storage
