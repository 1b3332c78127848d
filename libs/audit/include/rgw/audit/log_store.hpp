#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/audit/log_filter.hpp"
#include "rgw/audit/verify.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"

namespace rgw::audit {

// What of an action that has an intent and an outcome is read.
enum class Show : std::uint8_t {
    actions,  // its outcome; the intent as long as there is none
    records,  // both, as they are stored
};

// The part of the log a query may look at, as chain indexes.
struct Window {
    std::int64_t from = 0;    // the lowest
    std::int64_t before = 0;  // one past the highest
    // The log as it was when it had that many events: a later outcome does not hide its intent.
    std::int64_t as_of = 0;
    // Of a filter by request id: everything of the request but late outcomes is below this index.
    std::optional<std::int64_t> request_before;

    bool operator==(const Window&) const = default;
};

struct Slice {
    std::vector<StoredEvent> events;  // newest first
    std::int64_t reached = 0;         // nothing from here to Window::before was left out
};

struct Bounds {
    std::int64_t from = 0;
    std::int64_t before = 0;
    std::int64_t next_index = 0;  // of the log
};

// The log for its readers (libs/storage implements it). From any loop. Every call is one short
// query; what it looks at is bounded by its window. Errors: those of pg::Pool::query.
class LogStore {
public:
    virtual ~LogStore() = default;

    // Where the events of a span of time are. Times only follow the chain roughly (clocks differ,
    // an outcome can be stored late), so the bounds are wider than the span by `early_slack` and
    // `late_slack`, and the filter's own times decide.
    virtual async::Task<Result<Bounds>> find_bounds(std::optional<Timestamp> start,
                                                    std::optional<Timestamp> end,
                                                    Deadline deadline) = 0;
    // The newest events of the window that match, at most `limit`. The filter's user_id is not
    // looked at.
    virtual async::Task<Result<Slice>> slice(Filter filter, Window window, Show show,
                                             std::int64_t limit, Deadline deadline) = 0;
    // The same for a filter with a user_email, when that user has at most `few_events` events in
    // the whole log: then the window's size does not matter. Nothing when there are more.
    virtual async::Task<Result<std::optional<Slice>>> slice_of_few(Filter filter, Window window,
                                                                   Show show, std::int64_t limit,
                                                                   Deadline deadline) = 0;
    // How many events of the window match; counts no further than `most`.
    virtual async::Task<Result<std::int64_t>> count(Filter filter, Window window, Show show,
                                                    std::int64_t most, Deadline deadline) = 0;
    virtual async::Task<Result<std::optional<StoredEvent>>> find_event(std::int64_t chain_index,
                                                                       Deadline deadline) = 0;
    // Of an intent, oldest first, at most ten: after a crash one can have two.
    virtual async::Task<Result<std::vector<StoredEvent>>> find_outcomes(std::int64_t intent,
                                                                        Deadline deadline) = 0;
    virtual async::Task<Result<std::optional<std::string>>> find_email(UserId user,
                                                                       Deadline deadline) = 0;
};

inline constexpr std::chrono::minutes early_slack{5};
inline constexpr std::chrono::minutes late_slack{60};
inline constexpr std::int64_t few_events = 20'000;

// Asks for a status that few events have; they have an index of their own, so a window may be wide.
[[nodiscard]] inline bool is_unsuccessful(const Filter& filter) {
    return filter.status && *filter.status != "success" && *filter.status != "pending";
}

}  // namespace rgw::audit
