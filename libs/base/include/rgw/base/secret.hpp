#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace rgw {

// A value that must not reach a log, an error or an answer. It has no formatter, no stream operator
// and no comparison; expose() marks the places that really need the text, and the memory is wiped
// after use.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret& operator=(const Secret&) = default;
    Secret(Secret&& other) noexcept : value_(std::exchange(other.value_, {})) {}
    Secret& operator=(Secret&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Secret() { explicit_wipe(); }

    [[nodiscard]] std::string_view expose() const { return value_; }
    [[nodiscard]] bool empty() const { return value_.empty(); }

private:
    void explicit_wipe() noexcept {
        volatile char* bytes = value_.data();
        for (std::size_t i = 0; i < value_.size(); ++i) {
            bytes[i] = 0;
        }
    }

    std::string value_;
};

}  // namespace rgw
