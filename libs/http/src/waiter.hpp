#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace rgw::http {

// A suspended coroutine's completion handler, kept in place: waiting allocates nothing.
class Waiter {
public:
    Waiter() = default;
    template <class Handler>
        requires(!std::is_same_v<Handler, Waiter>)
    explicit Waiter(Handler handler) : operations_(&operations_of<Handler>) {
        static_assert(sizeof(Handler) <= size && alignof(Handler) <= alignof(void*));
        ::new (static_cast<void*>(storage_)) Handler(std::move(handler));
    }
    Waiter(Waiter&& other) noexcept { take(other); }
    Waiter& operator=(Waiter&& other) noexcept {
        if (this != &other) {
            drop();
            take(other);
        }
        return *this;
    }
    ~Waiter() { drop(); }

    [[nodiscard]] bool waits() const { return operations_ != nullptr; }
    // Continues the coroutine before returning.
    void resume() { std::exchange(operations_, nullptr)->invoke(storage_); }

private:
    static constexpr std::size_t size = 4 * sizeof(void*);

    struct Operations {
        void (*invoke)(void*);
        void (*move)(void* from, void* to);
        void (*destroy)(void*);
    };

    template <class Handler>
    static constexpr Operations operations_of{
        [](void* storage) {
            auto* kept = static_cast<Handler*>(storage);
            Handler handler(std::move(*kept));
            kept->~Handler();
            handler();
        },
        [](void* from, void* to) {
            auto* kept = static_cast<Handler*>(from);
            ::new (to) Handler(std::move(*kept));
            kept->~Handler();
        },
        [](void* storage) { static_cast<Handler*>(storage)->~Handler(); },
    };

    void take(Waiter& other) {
        operations_ = std::exchange(other.operations_, nullptr);
        if (operations_ != nullptr) {
            operations_->move(other.storage_, storage_);
        }
    }
    void drop() {
        if (operations_ != nullptr) {
            std::exchange(operations_, nullptr)->destroy(storage_);
        }
    }

    alignas(void*) std::byte storage_[size];
    const Operations* operations_ = nullptr;
};

}  // namespace rgw::http
