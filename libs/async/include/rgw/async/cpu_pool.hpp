#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <variant>

#include "rgw/async/one_shot.hpp"

namespace rgw::async {

// Threads for work that takes longer than about a millisecond or blocks (name resolution,
// PQcancel).
class CpuPool {
public:
    explicit CpuPool(std::size_t threads) : pool_(threads) {}
    ~CpuPool() { pool_.join(); }
    CpuPool(const CpuPool&) = delete;
    CpuPool& operator=(const CpuPool&) = delete;

    // Runs `work` on the pool and resumes on the caller's loop; an exception of `work` is rethrown
    // there.
    template <class F, class R = std::invoke_result_t<F>>
    Task<R> run(F work) {
        using Outcome = std::variant<R, std::exception_ptr>;
        auto done = std::make_shared<OneShot<Outcome>>();
        boost::asio::post(pool_, [done, work = std::move(work)]() mutable {
            try {
                done->set(Outcome(std::in_place_index<0>, work()));
            } catch (...) {
                done->set(Outcome(std::in_place_index<1>, std::current_exception()));
            }
        });
        Outcome outcome = co_await done->wait();
        if (outcome.index() == 1) {
            std::rethrow_exception(std::get<1>(outcome));
        }
        co_return std::get<0>(std::move(outcome));
    }

private:
    boost::asio::thread_pool pool_;
};

}  // namespace rgw::async
