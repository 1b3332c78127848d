#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/audit/chain.hpp"
#include "rgw/audit/event.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

// Where a batch becomes durable. `commit` runs on the database loop: it locks the head, hands it to
// `seal`, stores what `seal` gives back and the new head, commits.
class Store {
public:
    virtual ~Store() = default;
    // `seal` is pure and may be called again when the store retries. The store must not retry after a
    // COMMIT whose result is unknown; it returns an error then.
    virtual async::Task<Result<void>> commit(std::function<SealedBatch(const Head&)> seal,
                                             Deadline deadline) = 0;
};

struct Receipt {
    std::int64_t chain_index = 0;
};

struct AppenderStats {
    std::uint64_t events_total = 0;
    std::uint64_t batches_total = 0;
    std::uint64_t failures_total = 0;
    std::size_t waiting = 0;
    bool healthy = true;
};

struct AppenderOptions {
    std::size_t max_batch = 512;
    std::size_t max_waiting = 8192;  // beyond this append() fails at once with `overloaded`
    std::chrono::milliseconds commit_timeout{5000};
};

// One per process: collects events while the previous batch commits, then seals and commits the next
// batch in one transaction (docs/adr/0004-audit-fails-closed.md). Lives on the database loop; append()
// may be called from any loop and resumes on the caller's.
class Appender {
public:
    Appender(async::Loop& loop, Store& store, std::vector<Key> keys, AppenderOptions options,
             std::function<void(const Event&, std::int64_t chain_index)> on_durable);
    ~Appender();

    // Returns when the event is durable. Errors: audit_unavailable (not committed, or nobody knows:
    // act as if it were not), overloaded, shutting_down.
    async::Task<Result<Receipt>> append(Event event, Deadline deadline);

    // For the outcome of what already happened: keeps trying until it is durable or the process ends; the
    // caller waits until `deadline` at most. The same errors; the event stays queued after an error.
    async::Task<Result<Receipt>> append_outcome(Event event, Deadline deadline);

    // False from the first failed commit until the next one that works; the pipeline refuses calls then
    // without touching the rack. From any thread.
    [[nodiscard]] bool healthy() const;
    [[nodiscard]] AppenderStats stats() const;

    // Starts the writer; while unhealthy it probes the store once a second with an empty batch.
    void start();
    // Commits what is queued, then refuses. On the database loop.
    async::Task<void> close(Deadline deadline);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace rgw::audit
