#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/base/error.hpp"
#include "stopping.hpp"

namespace rgw::outbound {

// Threads on which calls to other services run, and a bound on how many there are at once.
class CallPool {
public:
    // `stopping` outlives it.
    CallPool(std::size_t threads, std::size_t max_waiting, Stopping& stopping);
    // Ends what is under way, by `stopping`. Nobody may wait for it any more.
    ~CallPool() { stopping_.set(); }
    CallPool(const CallPool&) = delete;
    CallPool& operator=(const CallPool&) = delete;

    // What `work` returns, a Result, and `overloaded` when too many calls wait already.
    template <class F, class R = std::invoke_result_t<F>>
    async::Task<R> run(F work) {
        const Place place(taken_);
        if (place.number() > max_waiting_) {
            co_return Errc::overloaded;
        }
        R outcome = co_await pool_.run(std::move(work));
        co_return outcome;
    }

private:
    // Counts a call for as long as it waits and runs. The counter is shared: a caller's loop may
    // drop its coroutines after the pool is gone.
    class Place {
    public:
        using Counter = std::shared_ptr<std::atomic<std::size_t>>;
        explicit Place(Counter taken) : taken_(std::move(taken)), number_(++*taken_) {}
        ~Place() { --*taken_; }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

        [[nodiscard]] std::size_t number() const { return number_; }

    private:
        Counter taken_;
        std::size_t number_;
    };

    std::size_t max_waiting_;
    Place::Counter taken_ = std::make_shared<std::atomic<std::size_t>>(0);
    Stopping& stopping_;
    async::CpuPool pool_;  // the last: its threads use what stands above
};

}  // namespace rgw::outbound
