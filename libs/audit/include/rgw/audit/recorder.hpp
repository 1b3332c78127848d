#pragma once

#include <cstdint>

#include "rgw/async/task.hpp"
#include "rgw/audit/event.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::audit {

struct Receipt {
    std::int64_t chain_index = 0;
};

// Where the events of calls go: the Appender, or what stands in for it in a benchmark.
class Recorder {
public:
    virtual ~Recorder() = default;

    // Returns when the event is durable. An event no batch has taken by `deadline` (checked once a
    // second) is withdrawn; one that a batch has taken waits for that commit. Errors:
    // audit_unavailable (not committed, or nobody knows: act as if it were not), overloaded,
    // shutting_down.
    virtual async::Task<Result<Receipt>> append(Event event, Deadline deadline) = 0;

    // For the outcome of what already happened: keeps trying until it is durable or the process
    // ends, goes before everything else and is never refused for load; the caller waits until
    // `deadline` at most. The same errors; the event stays queued after audit_unavailable.
    virtual async::Task<Result<Receipt>> append_outcome(Event event, Deadline deadline) = 0;

    // False from the first failed commit until the next one that works; the pipeline refuses calls
    // then without touching the rack. From any thread.
    [[nodiscard]] virtual bool healthy() const = 0;
};

}  // namespace rgw::audit
