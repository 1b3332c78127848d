#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "intake.hpp"
#include "rgw/async/deadline.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/async/task_group.hpp"

namespace rgw::audit {

struct Counters {
    std::atomic<std::uint64_t> events{0};
    std::atomic<std::uint64_t> batches{0};
    std::atomic<std::uint64_t> failures{0};
};

// The one coroutine that commits. Lives on the database loop; the sweep of that loop is its clock.
class Writer final : public async::Expiring {
public:
    Writer(async::Loop& loop, Store& store, Intake& intake, Counters& counters, Key key,
           AppenderOptions options, Appender::OnDurable on_durable);

    void start();
    async::Task<void> close(Deadline deadline);

private:
    // A batch whose commit failed after it was sealed: it may be stored all the same.
    struct InDoubt {
        Batch batch;
        std::int64_t first_index = 0;
        Hash last_hash{};
    };
    struct Place {
        bool sealed = false;
        std::int64_t first_index = 0;
        Hash last_hash{};
    };

    async::Task<void> run();
    async::Task<void> commit(Batch batch);
    async::Task<Result<void>> try_commit(const Batch& batch, Place& place);
    async::Task<Result<Presence>> look_up(const InDoubt& doubt);
    // Settles what is in doubt, then commits waiting outcomes or a probe. Health follows.
    async::Task<void> recover();
    async::Task<void> next_tick();

    void failed(Batch batch, const Place& place, const Error& why);
    void delivered(Batch& batch, std::int64_t first_index);
    void settle(InDoubt doubt, Presence presence);
    [[nodiscard]] Deadline commit_deadline() const;
    void on_expired() override;

    Store& store_;
    Intake& intake_;
    Counters& counters_;
    Key key_;
    AppenderOptions options_;
    Appender::OnDurable on_durable_;
    async::TaskGroup group_;
    std::optional<InDoubt> in_doubt_;
    Deadline close_by_ = Deadline::max();
    std::shared_ptr<Intake::Signal> tick_;
};

}  // namespace rgw::audit
