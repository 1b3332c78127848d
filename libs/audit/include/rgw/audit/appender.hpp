#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/audit/chain.hpp"
#include "rgw/audit/event.hpp"
#include "rgw/audit/recorder.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

enum class Presence : std::uint8_t { absent, stored };

// Where a batch becomes durable. Called on the database loop, one call at a time.
class Store {
public:
    virtual ~Store() = default;
    // Locks the head, hands it to `seal`, stores what `seal` gives back and the new head, commits.
    // A batch without events is a probe: it must write and commit all the same. `seal` is pure and
    // may be called again when the store retries. The store must not retry after a COMMIT whose
    // result is unknown; it returns an error then. Error: audit_unavailable.
    virtual async::Task<Result<void>> commit(std::function<SealedBatch(const Head&)> seal,
                                             Deadline deadline) = 0;
    // Whether the event of that index and hash is stored. Locks the head first, so that a commit
    // still in flight on a lost connection has either happened or never will. Error:
    // audit_unavailable.
    virtual async::Task<Result<Presence>> look_up(std::int64_t chain_index, Hash event_hash,
                                                  Deadline deadline) = 0;
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

// One per process: collects events while the previous batch commits, then seals and commits the
// next batch in one transaction (docs/adr/0004-audit-fails-closed.md). Its writer lives on the
// database loop; append() may be called from any loop and resumes on the caller's.
//
// A failed commit fails the intents and singles in it and all that wait; their callers act as if
// nothing had been stored. Whether it was is asked of the store before anything else is written:
// what turns out stored is not written again, and an intent whose caller was told otherwise is
// closed with an outcome of status `error`, reason `commit_unconfirmed`.
class Appender final : public Recorder {
public:
    using OnDurable = std::function<void(const Event&, std::int64_t chain_index)>;

    // Seals with the first key. `on_durable` (may be empty, must not throw) runs on the database
    // loop for every stored event in chain order, after its waiter was woken.
    Appender(async::Loop& loop, Store& store, std::vector<Key> keys, AppenderOptions options,
             OnDurable on_durable);
    // After close(), or when the loop no longer runs.
    ~Appender() override;
    Appender(const Appender&) = delete;
    Appender& operator=(const Appender&) = delete;

    // An event that a batch has taken waits at most commit_timeout longer than its deadline.
    async::Task<Result<Receipt>> append(Event event, Deadline deadline) override;
    async::Task<Result<Receipt>> append_outcome(Event event, Deadline deadline) override;
    [[nodiscard]] bool healthy() const override;
    [[nodiscard]] AppenderStats stats() const;

    // Starts the writer; while unhealthy it probes the store once a second.
    void start();
    // Refuses new events, commits what is queued, and returns when the writer has ended. What
    // cannot be committed by `deadline` fails with shutting_down. On the database loop.
    async::Task<void> close(Deadline deadline);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace rgw::audit
