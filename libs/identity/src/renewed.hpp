#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/async/deadline.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/async/one_shot.hpp"
#include "rgw/async/task_group.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::identity {

// A document of the provider's: fresh for a while, then fetched again by the first who asks; all
// who ask meanwhile share that one fetch. After a failure the next try waits, 1 s at first and 60 s
// at most; until then the old document serves, up to a day after it came. Lives on one loop.
template <class T>
class Renewed {
public:
    using Value = std::shared_ptr<const T>;
    struct Fetched {
        Value value;
        std::chrono::seconds fresh_for;
    };
    using Fetch = std::function<async::Task<Result<Fetched>>()>;

    Renewed(async::Loop& loop, const Clock& clock, Fetch fetch)
        : loop_(loop), clock_(clock), fetch_(std::move(fetch)), fetches_(loop) {}

    async::Task<Result<Value>> get(Deadline deadline) {
        if (value_ && is_within(fetched_at_, fresh_for_)) {
            co_return value_;
        }
        const auto renewed = co_await renew(deadline);
        co_return renewed;
    }

    // Fetches, however fresh the document is.
    async::Task<Result<Value>> renew(Deadline deadline) {
        if (!fetching_ && failure_ && is_within(failed_at_, pause_)) {
            co_return old_value_or(*failure_);
        }
        Waiter waiter(*this, deadline);
        if (!fetching_) {
            fetching_ = true;
            fetches_.spawn(fetch());
        }
        const auto outcome = co_await waiter.outcome.wait();
        co_return outcome ? *outcome : old_value_or(outcome.error());
    }

    [[nodiscard]] bool has_value() const { return value_ != nullptr; }
    [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

    // Returns when no fetch is under way. Nobody may ask any more.
    async::Task<void> close() { return fetches_.join(); }

private:
    static constexpr std::chrono::seconds first_pause{1};
    static constexpr std::chrono::seconds longest_pause{60};
    static constexpr std::chrono::hours longest_use{24};

    struct Waiter final : async::Expiring {
        Waiter(Renewed& o, Deadline deadline) : Expiring(o.loop_.deadlines()), owner(o) {
            owner.waiters_.push_back(this);
            expire_at(deadline);
        }
        ~Waiter() { std::erase(owner.waiters_, this); }
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        void on_expired() override {
            outcome.set(Error(Errc::sign_in_unavailable, "the provider does not answer in time"));
        }

        Renewed& owner;
        async::OneShot<Result<Value>> outcome;
    };

    // Lets nobody wait for ever, however the fetch ends.
    struct Landing {
        explicit Landing(Renewed& o) : owner(o) {}
        ~Landing() {
            owner.fetching_ = false;
            for (Waiter* waiter : owner.waiters_) {
                waiter->outcome.set(outcome);
            }
        }
        Landing(const Landing&) = delete;
        Landing& operator=(const Landing&) = delete;

        Renewed& owner;
        Result<Value> outcome = Error(Errc::internal, "a fetch ended without an outcome");
    };

    async::Task<void> fetch() {
        Landing landing(*this);
        auto fetched = co_await fetch_();
        if (!fetched) {
            pause_ = failure_ ? std::min(pause_ * 2, longest_pause) : first_pause;
            failed_at_ = clock_.now();
            failure_ = fetched.error();
            landing.outcome = fetched.error();
            co_return;
        }
        failure_.reset();
        value_ = std::move(fetched->value);
        fresh_for_ = fetched->fresh_for;
        fetched_at_ = clock_.now();
        landing.outcome = value_;
    }

    [[nodiscard]] Result<Value> old_value_or(const Error& error) const {
        if (value_ && is_within(fetched_at_, longest_use)) {
            return value_;
        }
        return error;
    }

    // A clock that was set back ends every span.
    [[nodiscard]] bool is_within(Timestamp start, std::chrono::seconds span) const {
        const Timestamp now = clock_.now();
        return now >= start && now < start + span;
    }

    async::Loop& loop_;
    const Clock& clock_;
    Fetch fetch_;
    async::TaskGroup fetches_;
    std::vector<Waiter*> waiters_;
    bool fetching_ = false;

    Value value_;
    Timestamp fetched_at_;
    std::chrono::seconds fresh_for_{0};
    std::optional<Error> failure_;  // of the last try
    Timestamp failed_at_;
    std::chrono::seconds pause_{0};
};

}  // namespace rgw::identity
