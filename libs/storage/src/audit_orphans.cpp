#include <utility>

#include "audit_columns.hpp"
#include "audit_statements.hpp"
#include "rgw/storage/audit_store.hpp"

namespace rgw::storage {

const pg::Statement adopt_orphans{
    "audit_adopt_orphaned_intents",
    "select " RGW_AUDIT_EVENT_COLUMNS
    " from audit.adopt_orphaned_intents($1, $2) as o(chain_index)"
    " join audit.audit_event e on e.chain_index = o.chain_index order by e.chain_index"};

async::Task<Result<std::vector<OrphanedIntent>>> PgAuditStore::find_orphaned_intents(
    std::chrono::milliseconds min_age, Deadline deadline) {
    pg::Params params;
    params.add(instance_).add(std::int64_t{min_age.count()});
    const Result<pg::Rows> rows = co_await pool_.query(adopt_orphans, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    std::vector<OrphanedIntent> intents;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        audit::StoredEvent stored = read_event((*rows)[i]);
        intents.push_back({stored.chain_index, std::move(stored.event)});
    }
    co_return intents;
}

async::Task<Result<std::int64_t>> close_orphaned_intents(PgAuditStore& store,
                                                         audit::Appender& appender,
                                                         const Clock& clock,
                                                         std::chrono::milliseconds min_age,
                                                         Deadline deadline) {
    const Result<std::vector<OrphanedIntent>> intents =
        co_await store.find_orphaned_intents(min_age, deadline);
    if (!intents) {
        co_return intents.error();
    }
    std::int64_t closed = 0;
    for (const OrphanedIntent& intent : *intents) {
        // append(), not append_outcome(): what fails is found again by the next call, and must not
        // be queued as well.
        const Result<audit::Receipt> receipt =
            co_await appender.append(audit::closing_event(intent.event, intent.chain_index,
                                                          clock.now(), "unknown", "process_ended"),
                                     deadline);
        if (!receipt) {
            co_return receipt.error();
        }
        ++closed;
    }
    co_return closed;
}

}  // namespace rgw::storage
