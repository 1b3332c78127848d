#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rgw/audit/evidence.hpp"
#include "rgw/audit/verify.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// What retention left of the events it removed.
struct PrunedStart {
    // Before the first event that is there: its size as the head says, its tree from the roots of
    // the groups, its last hash from that event.
    audit::Head head;
    std::string
        boundary_note;  // of the smallest checkpoint that covers them; "" when there is none
};

// The stored log as it is at one moment: one read-only REPEATABLE READ transaction, read in pages
// by index. Lives on the pool's loop, and holds a connection and old row versions while it lives.
// Reading and recomputing take the loop's thread for milliseconds a page: for programs of their
// own, not for a server that answers calls.
class AuditReader {
public:
    static constexpr std::int64_t page_size = 5000;

    // On the pool's loop. Errors: those of pg::Pool::acquire and Connection::run.
    static async::Task<Result<AuditReader>> open(pg::Pool& pool, Deadline deadline);

    // Nothing when the row is gone; invalid_value when it cannot be a head.
    async::Task<Result<std::optional<audit::Head>>> find_head(Deadline deadline);
    // The empty log's when nothing was removed, and when the head is gone. Error: invalid_value
    // when the roots of the groups are not all there.
    async::Task<Result<PrunedStart>> find_start(Deadline deadline);
    // The events of the next `page_size` indexes after `after`; empty at the end. Start with -1.
    async::Task<Result<std::vector<audit::StoredEvent>>> next_page(std::int64_t after,
                                                                   Deadline deadline);

private:
    explicit AuditReader(pg::Lease lease) : lease_(std::move(lease)) {}

    pg::Lease lease_;
};

// Recomputes the whole log and checks it with its head and everything that is given beside it. A
// head that is gone or unreadable is a fault. After a prune it begins where retention ended, with
// the checkpoint that covers what is gone. `page_timeout` is for each step. From any loop. Errors:
// those of AuditReader.
async::Task<Result<audit::EvidenceReport>> check_database(
    pg::Pool& pool, audit::Evidence evidence, std::chrono::milliseconds page_timeout,
    std::function<void(const audit::StoredEvent&)> also = {});  // is told of every event

// Recomputes the whole log and compares it with its head. A head that is gone or unreadable is a
// fault. `page_timeout` is for each step. From any loop. Errors: those of AuditReader.
async::Task<Result<audit::VerifyReport>> verify_database(pg::Pool& pool,
                                                         std::vector<audit::Key> keys,
                                                         std::chrono::milliseconds page_timeout);

}  // namespace rgw::storage
