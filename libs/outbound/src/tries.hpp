#pragma once

#include <chrono>

#include "rgw/base/clock.hpp"
#include "stopping.hpp"

namespace rgw::outbound {

// The tries of one call and the waits between them: each about twice as long as the one before,
// with jitter, so that callers who failed together do not come back together.
class Tries {
public:
    Tries(std::chrono::milliseconds first_wait, Deadline deadline, const Stopping& stopping)
        : wait_(first_wait), deadline_(deadline), stopping_(stopping) {}

    // Waits for the next try; false, at once, when there is to be none: after four, past the
    // deadline, or at the gateway's end.
    [[nodiscard]] bool again();

private:
    std::chrono::milliseconds wait_;
    Deadline deadline_;
    const Stopping& stopping_;
    int made_ = 1;
};

}  // namespace rgw::outbound
