#include "rgw/audit/appender.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

#include "intake.hpp"
#include "writer.hpp"

namespace rgw::audit {

struct Appender::State {
    State(async::Loop& l, Store& s, Key k, AppenderOptions o, OnDurable callback)
        : loop(l),
          store(s),
          key(std::move(k)),
          options(o),
          on_durable(std::move(callback)),
          intake(options.max_waiting) {}

    // On the loop: the writer is one of its Expiring.
    Writer& begin() {
        if (!writer) {
            writer.emplace(loop, store, intake, counters, key, options, on_durable);
            writer->start();
        }
        return *writer;
    }

    async::Task<Result<Receipt>> append(Event event, Urgency urgency, Deadline deadline) {
        PreparedEvent prepared = prepare(std::move(event), key);
        const Result<std::shared_ptr<Waiter::Answer>> queued =
            intake.push(std::move(prepared), urgency, deadline);
        if (!queued) {
            co_return queued.error();
        }
        Result<Receipt> receipt = co_await queued.value()->wait();
        co_return receipt;
    }

    async::Loop& loop;
    Store& store;
    Key key;
    AppenderOptions options;
    OnDurable on_durable;
    Intake intake;
    Counters counters;
    std::optional<Writer> writer;
};

namespace {

Key first_of(std::vector<Key> keys) {
    if (keys.empty()) {
        throw std::invalid_argument("an Appender needs a key");
    }
    return std::move(keys.front());
}

}  // namespace

Appender::Appender(async::Loop& loop, Store& store, std::vector<Key> keys, AppenderOptions options,
                   OnDurable on_durable)
    : state_(std::make_shared<State>(loop, store, first_of(std::move(keys)), options,
                                     std::move(on_durable))) {}

Appender::~Appender() = default;

async::Task<Result<Receipt>> Appender::append(Event event, Deadline deadline) {
    if (!healthy()) {
        co_return Error(Errc::audit_unavailable, "the last commit failed");
    }
    Result<Receipt> receipt =
        co_await state_->append(std::move(event), Urgency::ordinary, deadline);
    co_return receipt;
}

async::Task<Result<Receipt>> Appender::append_outcome(Event event, Deadline deadline) {
    Result<Receipt> receipt = co_await state_->append(std::move(event), Urgency::outcome, deadline);
    co_return receipt;
}

bool Appender::healthy() const {
    return state_->intake.healthy();
}

AppenderStats Appender::stats() const {
    return {.events_total = state_->counters.events.load(),
            .batches_total = state_->counters.batches.load(),
            .failures_total = state_->counters.failures.load(),
            .waiting = state_->intake.waiting(),
            .healthy = state_->intake.healthy()};
}

void Appender::start() {
    state_->loop.post([state = state_] { state->begin(); });
}

async::Task<void> Appender::close(Deadline deadline) {
    Writer& writer = state_->begin();
    co_await writer.close(deadline);
    state_->writer.reset();  // here, on the loop: it is linked into the loop's deadlines
}

}  // namespace rgw::audit
