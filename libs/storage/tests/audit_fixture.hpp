#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/pg/pool.hpp"
#include "rgw/storage/audit_reader.hpp"
#include "rgw/storage/audit_store.hpp"
#include "sample_events.hpp"
#include "support/postgres.hpp"
#include "support/run.hpp"

namespace rgw::storage {

using namespace std::chrono_literals;
using Answer = std::future<Result<audit::Receipt>>;

// Lets a test decide what a commit's caller is told.
class StoreWithAccidents final : public audit::Store {
public:
    explicit StoreWithAccidents(audit::Store& store) : store_(store) {}

    // The answers of the next commits that work are lost.
    void lose_answers(int count) { lose_ = count; }

    async::Task<Result<void>> commit(std::function<audit::SealedBatch(const audit::Head&)> seal,
                                     Deadline deadline) override {
        Result<void> committed = co_await store_.commit(std::move(seal), deadline);
        if (committed && lose_ > 0) {
            --lose_;
            committed = Error(Errc::audit_unavailable, "the answer was lost");
        }
        co_return committed;
    }
    async::Task<Result<audit::Presence>> look_up(std::int64_t chain_index, audit::Hash event_hash,
                                                 Deadline deadline) override {
        Result<audit::Presence> presence =
            co_await store_.look_up(chain_index, event_hash, deadline);
        co_return presence;
    }

private:
    audit::Store& store_;
    int lose_ = 0;
};

// One process' share: a loop, a pool, a store and an appender.
class Gateway {
public:
    explicit Gateway(const std::string& dsn, std::int64_t instance = 1)
        : pool_(loop_, pg::ConnInfo::parse(dsn).value(), {}),
          store_(pool_, instance),
          accidents_(store_),
          appender_(std::make_unique<audit::Appender>(loop_, accidents_,
                                                      std::vector{audit::sample_key()},
                                                      audit::AppenderOptions{}, nullptr)) {
        appender_->start();
        loop_.start();
    }
    ~Gateway() {
        test::run(loop_, appender_->close(deadline_in(10s)));
        test::run_on(loop_, [this] { appender_.reset(); });
        test::run(loop_, pool_.close(deadline_in(10s)));
        loop_.stop();
        loop_.join();
    }
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    Answer append(audit::Event event) {
        return test::start(loop_, appender_->append(std::move(event), deadline_in(60s)));
    }
    std::int64_t appended(audit::Event event) {
        return append(std::move(event)).get().value().chain_index;
    }
    Answer append_outcome(audit::Event event) {
        return test::start(loop_, appender_->append_outcome(std::move(event), deadline_in(60s)));
    }
    audit::VerifyReport verify() {
        return test::run(loop_, verify_database(pool_, {audit::sample_key()}, 60s)).value();
    }
    // Time passes: the loop's sweep.
    void tick() {
        test::run_on(loop_, [this] { loop_.deadlines().sweep(std::chrono::steady_clock::now()); });
    }
    void tick_until_healthy() {
        while (!appender_->healthy()) {
            tick();
        }
    }

    async::Loop& loop() { return loop_; }
    pg::Pool& pool() { return pool_; }
    PgAuditStore& store() { return store_; }
    StoreWithAccidents& accidents() { return accidents_; }
    audit::Appender& appender() { return *appender_; }

private:
    async::Loop loop_{"db"};
    pg::Pool pool_;
    PgAuditStore store_;
    StoreWithAccidents accidents_;
    std::unique_ptr<audit::Appender> appender_;
};

inline audit::Event intent_event(std::string resource) {
    audit::Event event = audit::sample_event(std::move(resource));
    event.phase = audit::Phase::intent;
    event.status = "pending";
    return event;
}

inline audit::Event outcome_event(std::int64_t intent) {
    audit::Event event = audit::sample_event();
    event.phase = audit::Phase::outcome;
    event.intent_index = intent;
    return event;
}

}  // namespace rgw::storage
