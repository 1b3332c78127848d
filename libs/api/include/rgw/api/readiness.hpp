#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::api {

// Whether this process can serve: the database is writable, its migrations are current, and the
// process is not draining. The probe's answer is kept for a second, so that callers without a
// credential cannot make the database work. Thread-safe.
class Readiness {
public:
    using Probe = std::function<async::Task<Result<void>>()>;

    explicit Readiness(Probe probe) : probe_(std::move(probe)) {}

    async::Task<Result<void>> check();
    void begin_draining();

private:
    Probe probe_;
    std::mutex mutex_;
    bool draining_ = false;
    Deadline fresh_until_{};
    std::optional<Result<void>> answer_;
};

}  // namespace rgw::api
