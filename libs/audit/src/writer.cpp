#include "writer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "rgw/base/log.hpp"

namespace rgw::audit {
namespace {

Deadline now() {
    return std::chrono::steady_clock::now();
}

// Whatever the reason, the answer is one: the log cannot be written.
Error unavailable(const Error& why) {
    return {Errc::audit_unavailable,
            why.code == Errc::audit_unavailable ? why.detail : describe(why)};
}

Batch outcomes_of(Batch batch) {
    Batch outcomes;
    for (std::size_t i = 0; i < batch.events.size(); ++i) {
        if (batch.waiters[i].urgency == Urgency::outcome) {
            outcomes.add(std::move(batch.events[i]), std::move(batch.waiters[i]));
        }
    }
    return outcomes;
}

}  // namespace

Writer::Writer(async::Loop& loop, Store& store, Intake& intake, Counters& counters, Key key,
               AppenderOptions options, Appender::OnDurable on_durable)
    : Expiring(loop.deadlines()),
      store_(store),
      intake_(intake),
      counters_(counters),
      key_(std::move(key)),
      options_(options),
      on_durable_(std::move(on_durable)),
      group_(loop) {}

void Writer::start() {
    expire_at(Deadline::min());  // every sweep
    group_.spawn(run());
}

async::Task<void> Writer::close(Deadline deadline) {
    close_by_ = deadline;
    intake_.close();
    if (tick_) {
        tick_->set(true);
    }
    co_await group_.join();
}

async::Task<void> Writer::run() {
    while (!intake_.closed() || now() < close_by_) {
        const bool nothing_left = !in_doubt_ && intake_.waiting() == 0;
        if (intake_.closed() && nothing_left) {
            break;
        }
        if (!intake_.healthy()) {
            co_await recover();
            if (!intake_.healthy()) {
                co_await next_tick();
            }
            continue;
        }
        Batch batch = intake_.take(options_.max_batch, now());
        if (!batch.empty()) {
            co_await commit(std::move(batch));
            continue;
        }
        const std::shared_ptr<Intake::Signal> arrival = intake_.next_arrival();
        co_await arrival->wait();
    }
    if (in_doubt_) {
        intake_.put_back(outcomes_of(std::move(in_doubt_->batch)));
    }
    const std::size_t lost = intake_.abandon(Errc::shutting_down);
    if (lost > 0) {
        log::error(
            "outcomes could not be written before the end; their intents will be closed as unknown",
            {{"outcomes", lost}});
    }
}

async::Task<void> Writer::commit(Batch batch) {
    Place place;
    const Result<void> committed = co_await try_commit(batch, place);
    if (!committed) {
        failed(std::move(batch), place, unavailable(committed.error()));
        co_return;
    }
    if (!intake_.healthy()) {
        log::info("the audit log can be written again");
        intake_.set_healthy();
    }
    delivered(batch, place.first_index);
}

// The writer must survive whatever a store throws: a producer waits for every event it took.
async::Task<Result<void>> Writer::try_commit(const Batch& batch, Place& place) {
    const auto seal_here = [this, &batch, &place](const Head& head) {
        SealedBatch sealed = seal(head, batch.events, key_);
        if (!sealed.events.empty()) {
            place = {.sealed = true,
                     .first_index = sealed.events.front().chain_index,
                     .last_hash = sealed.events.back().event_hash};
        }
        return sealed;
    };
    try {
        const Result<void> committed = co_await store_.commit(seal_here, commit_deadline());
        co_return committed;
    } catch (const std::exception& e) {
        co_return Error(Errc::internal, e.what());
    }
}

async::Task<Result<Presence>> Writer::look_up(const InDoubt& doubt) {
    const auto last_index =
        doubt.first_index + static_cast<std::int64_t>(doubt.batch.events.size()) - 1;
    try {
        Result<Presence> presence =
            co_await store_.look_up(last_index, doubt.last_hash, commit_deadline());
        co_return presence;
    } catch (const std::exception& e) {
        co_return Error(Errc::internal, e.what());
    }
}

async::Task<void> Writer::recover() {
    if (in_doubt_) {
        const Result<Presence> presence = co_await look_up(*in_doubt_);
        if (!presence) {
            co_return;
        }
        InDoubt doubt = std::move(*in_doubt_);
        in_doubt_.reset();
        settle(std::move(doubt), *presence);
    }
    Batch batch = intake_.take(options_.max_batch, now());
    co_await commit(std::move(batch));
}

async::Task<void> Writer::next_tick() {
    const auto tick = std::make_shared<Intake::Signal>();
    tick_ = tick;
    co_await tick->wait();
}

void Writer::failed(Batch batch, const Place& place, const Error& why) {
    ++counters_.failures;
    if (intake_.healthy()) {
        log::error("the audit log cannot be written: calls are refused until it can",
                   {{"error", describe(why)}, {"events", batch.events.size()}});
    }
    intake_.set_unhealthy(why);
    for (Waiter& waiter : batch.waiters) {
        if (waiter.urgency == Urgency::ordinary) {
            waiter.resolve(why);
        }
    }
    if (place.sealed) {
        in_doubt_ = InDoubt{std::move(batch), place.first_index, place.last_hash};
    } else {
        intake_.put_back(outcomes_of(std::move(batch)));
    }
}

void Writer::delivered(Batch& batch, std::int64_t first_index) {
    if (batch.empty()) {
        return;  // a probe
    }
    ++counters_.batches;
    counters_.events += batch.events.size();
    std::int64_t index = first_index;
    for (Waiter& waiter : batch.waiters) {
        waiter.resolve(Receipt{index++});
    }
    if (!on_durable_) {
        return;
    }
    index = first_index;
    for (const PreparedEvent& prepared : batch.events) {
        on_durable_(prepared.event, index++);
    }
}

// The callers of ordinary events were told "not stored" and let go. If it was stored after all, an
// intent among them is closed here: its call was refused, and this process is not going to end
// soon.
void Writer::settle(InDoubt doubt, Presence presence) {
    if (presence == Presence::absent) {
        intake_.put_back(outcomes_of(std::move(doubt.batch)));
        return;
    }
    delivered(doubt.batch, doubt.first_index);
    const Timestamp at = SystemClock().now();
    std::int64_t index = doubt.first_index;
    for (const PreparedEvent& prepared : doubt.batch.events) {
        if (prepared.event.phase == Phase::intent) {
            intake_.push_own(prepare(
                closing_event(prepared.event, index, at, "error", "commit_unconfirmed"), key_));
        }
        ++index;
    }
}

Deadline Writer::commit_deadline() const {
    return std::min(now() + options_.commit_timeout, close_by_);
}

void Writer::on_expired() {
    expire_at(Deadline::min());
    intake_.expire(now());
    if (tick_) {
        std::exchange(tick_, nullptr)->set(true);
    }
}

}  // namespace rgw::audit
