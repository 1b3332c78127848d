#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include "memory_store.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/audit/verify.hpp"
#include "sample_events.hpp"

namespace rgw::audit {

using namespace std::chrono_literals;
using Answer = std::future<Result<Receipt>>;

// An appender on a running loop over a memory store, driven from the test's thread. Time passes
// only when a test says so: tick() is the loop's sweep.
class AppenderTest : public testing::Test {
protected:
    ~AppenderTest() override {
        if (appender_) {
            close();
        }
        loop_.stop();
        loop_.join();
        appender_.reset();
    }

    void start(AppenderOptions options = {}) {
        store_.on_commit([this] { commits_.release(); });
        appender_ = std::make_unique<Appender>(
            loop_, store_, std::vector<Key>{sample_key()}, options,
            [this](const Event&, std::int64_t index) { durable_.push_back(index); });
        appender_->start();
        loop_.start();
    }

    void close(std::chrono::milliseconds within = 10s) {
        run(appender_->close(deadline_in(within)));
    }

    template <class T>
    T run(async::Task<T> task) {
        return boost::asio::co_spawn(loop_.executor(), std::move(task), boost::asio::use_future)
            .get();
    }

    Answer append(Event event, Deadline deadline = deadline_in(60s)) {
        return spawn(appender_->append(std::move(event), deadline));
    }
    Answer append_outcome(std::int64_t intent, Deadline deadline = deadline_in(60s)) {
        Event event = sample_event("outcome of " + std::to_string(intent));
        event.phase = Phase::outcome;
        event.intent_index = intent;
        return spawn(appender_->append_outcome(std::move(event), deadline));
    }

    // Everything posted to the loop before has run.
    void settle() {
        std::promise<void> reached;
        loop_.post([&reached] { reached.set_value(); });
        reached.get_future().get();
    }
    void tick(Deadline at = std::chrono::steady_clock::now()) {
        loop_.post([this, at] { loop_.deadlines().sweep(at); });
        settle();
    }
    // Waits until the store was asked for one more commit.
    void await_commit() { commits_.acquire(); }

    void expect_intact(std::size_t events) {
        const std::vector<Key> keys = {sample_key()};
        Verifier verifier(keys);
        const std::vector<StoredEvent> rows = store_.events();
        for (const StoredEvent& row : rows) {
            verifier.add(row);
        }
        const VerifyReport report = verifier.finish(store_.head());
        EXPECT_TRUE(report.intact()) << report.first_bad->explanation;
        EXPECT_EQ(rows.size(), events);
    }

    async::Loop loop_{"db"};
    MemoryStore store_;
    std::counting_semaphore<1000> commits_{0};
    std::vector<std::int64_t> durable_;  // touched by the loop; read after close()
    std::unique_ptr<Appender> appender_;

private:
    Answer spawn(async::Task<Result<Receipt>> task) {
        return boost::asio::co_spawn(loop_.executor(), std::move(task), boost::asio::use_future);
    }
};

inline Errc code(Answer& answer) {
    const Result<Receipt> result = answer.get();
    return result ? Errc::internal : result.error().code;
}

inline bool is_open(Answer& answer) {
    return answer.wait_for(0s) == std::future_status::timeout;
}

}  // namespace rgw::audit
