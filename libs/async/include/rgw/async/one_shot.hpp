#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "rgw/async/task.hpp"

namespace rgw::async {

// Hands one value, set once from any thread, to one coroutine, which resumes on its own loop. The
// first set() wins; later ones are ignored. Keep it in a shared_ptr when setter and waiter may
// outlive each other.
template <class T>
class OneShot {
public:
    void set(T value) {
        std::unique_ptr<Waiter> waiter;
        {
            const std::lock_guard lock(mutex_);
            if (value_) {
                return;
            }
            value_.emplace(std::move(value));
            waiter = std::move(waiter_);
        }
        if (waiter) {
            waiter->resume(*value_);
        }
    }

    [[nodiscard]] bool is_set() const {
        const std::lock_guard lock(mutex_);
        return value_.has_value();
    }

    Task<T> wait() {
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>&, void(T)>(
            [this](auto handler) { this->park(std::move(handler)); }, use_task);
    }

private:
    struct Waiter {
        virtual ~Waiter() = default;
        virtual void resume(T& value) = 0;
    };

    template <class Handler>
    struct HandlerWaiter final : Waiter {
        explicit HandlerWaiter(Handler h) : handler(std::move(h)) {}
        void resume(T& value) override {
            const auto executor = boost::asio::get_associated_executor(handler);
            boost::asio::post(executor, [h = std::move(handler), v = std::move(value)]() mutable {
                h(std::move(v));
            });
        }
        Handler handler;
    };

    template <class Handler>
    void park(Handler handler) {
        std::unique_ptr<Waiter> waiter =
            std::make_unique<HandlerWaiter<Handler>>(std::move(handler));
        {
            const std::lock_guard lock(mutex_);
            if (!value_) {
                waiter_ = std::move(waiter);
                return;
            }
        }
        waiter->resume(*value_);
    }

    mutable std::mutex mutex_;
    std::optional<T> value_;
    std::unique_ptr<Waiter> waiter_;
};

}  // namespace rgw::async
