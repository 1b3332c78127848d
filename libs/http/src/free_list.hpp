#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace rgw::http {

// Keeps a bounded number of objects that are costly to make, for one loop.
template <class T>
class FreeList {
public:
    static constexpr std::size_t most_kept = 64;

    [[nodiscard]] std::unique_ptr<T> take() {
        if (kept_.empty()) {
            return std::make_unique<T>();
        }
        std::unique_ptr<T> object = std::move(kept_.back());
        kept_.pop_back();
        return object;
    }
    // The object must be as good as new.
    void give(std::unique_ptr<T> object) {
        if (kept_.size() < most_kept) {
            kept_.push_back(std::move(object));
        }
    }

private:
    std::vector<std::unique_ptr<T>> kept_;
};

}  // namespace rgw::http
