#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "rgw/api/metrics.hpp"
#include "rgw/pg/conninfo.hpp"
#include "rgw/pg/pool.hpp"
#include "rgw/pg/survey.hpp"
#include "rgw/storage/database_figures.hpp"

namespace rgw::app {

// The cheap figures of doctor as metrics: read in the background, shown as they were last read. And
// the hosts of a connection string that names several, so that a promotion is heard of even by
// sessions that the old primary still serves.
class DatabaseWatch {
public:
    DatabaseWatch(pg::Pool& pool, pg::ConnInfo info, pg::Fence& fence,
                  std::optional<std::int64_t> disk_bytes)
        : pool_(pool), info_(std::move(info)), fence_(fence), disk_bytes_(disk_bytes) {}

    // On the database loop. Nothing is done while an earlier one is under way; what cannot be read
    // stays as it was, and its age says so.
    async::Task<void> refresh();
    // On the database loop; likewise.
    async::Task<void> look_at_hosts();
    // From any thread.
    void set(const api::Metrics::Set& set) const;

private:
    struct Seen {
        storage::ServerFigures server;
        std::optional<storage::AuditFigures> audit;
        std::chrono::steady_clock::time_point at;
    };

    pg::Pool& pool_;
    const pg::ConnInfo info_;
    pg::Fence& fence_;
    std::optional<std::int64_t> disk_bytes_;
    bool reading_ = false;
    bool looking_ = false;
    mutable std::mutex mutex_;
    std::optional<Seen> seen_;
    std::string old_primaries_;  // as they were last logged
    std::size_t old_primaries_count_ = 0;
};

}  // namespace rgw::app
