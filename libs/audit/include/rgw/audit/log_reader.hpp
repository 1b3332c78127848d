#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/audit/log_group.hpp"
#include "rgw/audit/log_store.hpp"

namespace rgw::audit {

// One walk through the log from its newest event to its oldest, as the log was when it began: what
// is appended meanwhile changes nothing, so every event is seen exactly once. The same filter must
// be given with each step.
struct Walk {
    Window window;                   // `before` moves down
    std::int64_t top = 0;            // where `before` began
    std::optional<Timestamp> start;  // a range counts from when the walk began

    bool operator==(const Walk&) const = default;
};

// Opaque to clients, stable for ever. Error: invalid_request, "invalid before".
[[nodiscard]] std::string write_cursor(const Walk& walk);
[[nodiscard]] Result<Walk> parse_cursor(std::string_view text);

struct PageRequest {
    Filter filter;
    std::optional<Walk> before;  // goes on with a walk; `page` is not looked at then
    std::int64_t page = 1;
    std::int64_t limit = 100;
};

inline constexpr std::int64_t default_page_size = 100;
inline constexpr std::int64_t largest_page_size = 500;
// Pages reach this many entries deep, totals count this many events; a cursor reaches any depth.
inline constexpr std::int64_t deepest_entry = 10'000;

// `before`, `page` and `limit` as they came: bad and not positive numbers become the default, a
// limit is at most largest_page_size. Errors: invalid_request, "invalid before" and "page is too
// deep: continue with the cursor of a page instead".
[[nodiscard]] Result<PageRequest> parse_page(Filter filter, std::string_view before,
                                             std::string_view page, std::string_view limit);

// How many events match, before they are grouped; at least `events` when capped.
struct Total {
    std::int64_t events = 0;
    bool capped = false;
};

// What every page says of itself. It may hold fewer entries than asked for; only one without `next`
// is the last.
struct PageEnd {
    Total total;
    std::optional<Walk> next;
    // The search was cut here: so many events were looked at that the rest is for the next page.
    // The time of the oldest event that was looked at.
    std::optional<Timestamp> searched_to;
};

struct GroupPage {
    std::vector<Group> groups;
    PageEnd end;
};

struct EventPage {
    std::vector<StoredEvent> events;
    PageEnd end;
};

struct EventDetail {
    StoredEvent event;
    std::optional<StoredEvent> intent;  // of an outcome, unless retention removed it
    std::vector<StoredEvent> outcomes;  // of an intent
};

// Reads pages of the log. What one page costs is bounded: it looks at `look` indexes (fewer for a
// text, more where an index of the database leads to the few that can match), counts within
// `count` indexes and fetches `fetch` events at most. From any loop. Errors: those of LogStore.
class LogReader {
public:
    struct Limits {
        std::int64_t look = 120'000;
        std::int64_t look_for_text = 25'000;
        std::int64_t look_unsuccessful = 2'000'000;
        std::int64_t count = 40'000;
        std::int64_t count_for_text = 8'000;
        std::int64_t fetch = 20'000;
    };

    explicit LogReader(LogStore& store) : LogReader(store, Limits()) {}
    LogReader(LogStore& store, Limits limits) : store_(store), limits_(limits) {}

    // Actions, neighbours that say the same grouped (log_group.hpp). A group never splits over two
    // pages of one walk, unless it alone is more than one page may look at.
    async::Task<Result<GroupPage>> list(PageRequest request, Deadline deadline);
    // Every record, intents too.
    async::Task<Result<EventPage>> list_raw(PageRequest request, Deadline deadline);
    async::Task<Result<std::optional<EventDetail>>> find(std::int64_t chain_index,
                                                         Deadline deadline);
    // Events below this index were removed by retention.
    async::Task<Result<std::int64_t>> oldest_index(Deadline deadline);

    // The walk that begins at the newest event; nothing when nobody has the filter's user_id.
    async::Task<Result<std::optional<Walk>>> begin(Filter& filter, Deadline deadline);
    // The next events of a walk, at most `limit`; moves it. One query, bounded as a page is.
    async::Task<Result<std::vector<StoredEvent>>> advance(Filter filter, Walk& walk, Show show,
                                                          std::int64_t limit, Deadline deadline);

private:
    struct Progress;
    async::Task<Result<std::optional<Progress>>> start(const PageRequest& request, Show show,
                                                       Deadline deadline);
    async::Task<Result<std::vector<StoredEvent>>> next_events(Progress& progress,
                                                              std::int64_t wanted,
                                                              Deadline deadline);
    async::Task<Result<Slice>> next_slice(Progress& progress, Window window, std::int64_t wanted,
                                          Deadline deadline);
    async::Task<Result<PageEnd>> finish(const Progress& progress,
                                        std::optional<std::int64_t> next_before, Deadline deadline);
    async::Task<Result<Total>> count(const Progress& progress, Deadline deadline);
    [[nodiscard]] std::int64_t look_of(const Filter& filter) const;

    LogStore& store_;
    Limits limits_;
};

}  // namespace rgw::audit
