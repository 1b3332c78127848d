#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "rgw/api/metrics.hpp"
#include "rgw/pg/pool.hpp"
#include "rgw/storage/database_figures.hpp"

namespace rgw::app {

// The cheap figures of doctor as metrics: read in the background, shown as they were last read.
class DatabaseWatch {
public:
    DatabaseWatch(pg::Pool& pool, std::optional<std::int64_t> disk_bytes)
        : pool_(pool), disk_bytes_(disk_bytes) {}

    // On the database loop. Nothing is done while an earlier one is under way; what cannot be read
    // stays as it was, and its age says so.
    async::Task<void> refresh();
    // From any thread.
    void set(const api::Metrics::Set& set) const;

private:
    struct Seen {
        storage::ServerFigures server;
        std::optional<storage::AuditFigures> audit;
        std::chrono::steady_clock::time_point at;
    };

    pg::Pool& pool_;
    std::optional<std::int64_t> disk_bytes_;
    bool reading_ = false;
    mutable std::mutex mutex_;
    std::optional<Seen> seen_;
};

}  // namespace rgw::app
