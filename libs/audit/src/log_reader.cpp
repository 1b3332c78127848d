#include "rgw/audit/log_reader.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace rgw::audit {
namespace {

constexpr std::int64_t everything = std::numeric_limits<std::int64_t>::max();

std::int64_t count_of(const std::vector<StoredEvent>& events) {
    return static_cast<std::int64_t>(events.size());
}

}  // namespace

// How far one page has come.
struct LogReader::Progress {
    Filter filter;
    Walk walk;
    Show show = Show::actions;
    std::int64_t look_left = 0;
    std::int64_t fetch_left = 0;
    std::int64_t seen = 0;  // events that match
    bool from_top = true;
    bool few = false;  // the user has so few events that their own index leads to them
    bool cut = false;  // what a page may look at is used up

    [[nodiscard]] bool at_end() const { return walk.window.before <= walk.window.from; }
    [[nodiscard]] bool ended() const { return cut || at_end(); }
};

std::int64_t LogReader::look_of(const Filter& filter) const {
    if (filter.deploy_approval_request_id ||
        (filter.request_id && time_of_request_id(*filter.request_id))) {
        return everything;
    }
    if (is_unsuccessful(filter)) {
        return filter.search ? limits_.look : limits_.look_unsuccessful;
    }
    return filter.search ? limits_.look_for_text : limits_.look;
}

async::Task<Result<std::optional<Walk>>> LogReader::begin(Filter& filter, Deadline deadline) {
    if (filter.user_id && !filter.user_email) {
        Result<std::optional<std::string>> email =
            co_await store_.find_email(*filter.user_id, deadline);
        if (!email) {
            co_return email.error();
        }
        if (!*email) {
            co_return std::optional<Walk>();
        }
        filter.user_email = std::move(**email);
    }
    const std::optional<Timestamp> requested =
        filter.request_id ? time_of_request_id(*filter.request_id) : std::nullopt;
    const Result<Bounds> bounds = co_await store_.find_bounds(
        requested ? requested : filter.start, requested ? requested : filter.end, deadline);
    if (!bounds) {
        co_return bounds.error();
    }
    Walk walk;
    walk.window = {.from = bounds->from, .before = bounds->before, .as_of = bounds->next_index};
    if (requested) {
        walk.window.request_before = bounds->before;
        walk.window.before = bounds->next_index;
    }
    walk.window.from = std::min(walk.window.from, walk.window.before);
    walk.top = walk.window.before;
    walk.start = filter.start;
    co_return std::optional(walk);
}

async::Task<Result<std::optional<LogReader::Progress>>> LogReader::start(const PageRequest& request,
                                                                         Show show,
                                                                         Deadline deadline) {
    Progress progress;
    progress.filter = request.filter;
    progress.show = show;
    progress.look_left = look_of(progress.filter);
    progress.fetch_left = limits_.fetch;
    if (request.before) {
        progress.walk = *request.before;
        progress.filter.start = request.before->start;
        progress.from_top = false;
        if (!progress.filter.user_id || progress.filter.user_email) {
            co_return std::optional(std::move(progress));
        }
    }
    const Result<std::optional<Walk>> walk = co_await begin(progress.filter, deadline);
    if (!walk) {
        co_return walk.error();
    }
    if (!*walk) {
        co_return std::optional<Progress>();
    }
    if (progress.from_top) {
        progress.walk = **walk;
    }
    co_return std::optional(std::move(progress));
}

async::Task<Result<Slice>> LogReader::next_slice(Progress& progress, Window window,
                                                 std::int64_t wanted, Deadline deadline) {
    const bool may_look = progress.look_left > 0;
    if (!may_look && progress.filter.user_email) {
        Result<std::optional<Slice>> few =
            co_await store_.slice_of_few(progress.filter, window, progress.show, wanted, deadline);
        if (!few) {
            co_return few.error();
        }
        if (*few) {
            co_return std::move(**few);
        }
    }
    if (!may_look) {
        progress.cut = true;
        co_return Slice{.reached = window.before};
    }
    window.from =
        std::max(window.from, window.before - std::min(window.before, progress.look_left));
    Result<Slice> slice =
        co_await store_.slice(progress.filter, window, progress.show, wanted, deadline);
    if (slice) {
        progress.look_left -= window.before - slice->reached;
    }
    co_return slice;
}

async::Task<Result<std::vector<StoredEvent>>> LogReader::next_events(Progress& progress,
                                                                     std::int64_t wanted,
                                                                     Deadline deadline) {
    if (progress.fetch_left <= 0) {
        progress.cut = true;
        co_return std::vector<StoredEvent>();
    }
    Result<Slice> slice = co_await next_slice(progress, progress.walk.window,
                                              std::min(wanted, progress.fetch_left), deadline);
    if (!slice) {
        co_return slice.error();
    }
    progress.walk.window.before = slice->reached;
    progress.fetch_left -= count_of(slice->events);
    progress.seen += count_of(slice->events);
    co_return std::move(slice->events);
}

async::Task<Result<Total>> LogReader::count(const Progress& progress, Deadline deadline) {
    Window window = progress.walk.window;
    window.before = progress.walk.top;
    const std::int64_t look = std::min(
        look_of(progress.filter), progress.filter.search ? limits_.count_for_text : limits_.count);
    const std::int64_t lowest =
        is_unsuccessful(progress.filter) || look_of(progress.filter) == everything
            ? window.from
            : window.before - std::min(window.before, look);
    const bool clipped = lowest > window.from;
    window.from = std::max(window.from, lowest);
    const Result<std::int64_t> counted =
        co_await store_.count(progress.filter, window, progress.show, deepest_entry, deadline);
    if (!counted) {
        co_return counted.error();
    }
    const std::int64_t events = std::max(*counted, std::min(progress.seen, deepest_entry));
    co_return Total{.events = events, .capped = clipped || events >= deepest_entry};
}

// `next_before`: where the next page begins; without one this was the last.
async::Task<Result<PageEnd>> LogReader::finish(const Progress& progress,
                                               std::optional<std::int64_t> next_before,
                                               Deadline deadline) {
    PageEnd end;
    if (next_before) {
        end.next = progress.walk;
        end.next->window.before = *next_before;
    }
    if (progress.cut && next_before) {
        const Result<std::optional<StoredEvent>> oldest =
            co_await store_.find_event(*next_before, deadline);
        if (!oldest) {
            co_return oldest.error();
        }
        end.searched_to = *oldest ? std::optional((*oldest)->event.at) : progress.walk.start;
        end.searched_to = end.searched_to.value_or(Timestamp());
    }
    if (progress.from_top && !next_before) {
        end.total = {.events = progress.seen, .capped = false};
        co_return end;
    }
    const Result<Total> total = co_await count(progress, deadline);
    if (!total) {
        co_return total.error();
    }
    end.total = *total;
    end.total.capped = end.total.capped || progress.cut;
    co_return end;
}

namespace {

// The groups of one page, out of a walk from the newest entry.
class GroupCollector {
public:
    GroupCollector(std::int64_t skip, std::int64_t limit) : skip_(skip), limit_(limit) {}

    void add(std::vector<StoredEvent> events) {
        for (StoredEvent& event : events) {
            std::optional<Group> group = grouper_.add(std::move(event));
            if (group && !full()) {
                closed_to_ = group->first_index;
                take(std::move(*group));
            }
        }
    }
    // The walk is over: no event can join the last group any more.
    void close() {
        std::optional<Group> last = grouper_.finish();
        if (last && !full()) {
            take(std::move(*last));
        }
    }
    [[nodiscard]] bool full() const { return count() >= limit_; }
    // About how many more events are needed.
    [[nodiscard]] std::int64_t missing() const { return skip_ + limit_ - count(); }
    // The index of the oldest event in a group that is complete.
    [[nodiscard]] std::optional<std::int64_t> closed_to() const { return closed_to_; }
    std::vector<Group> take_groups() { return std::move(groups_); }

private:
    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(groups_.size()); }
    void take(Group group) {
        if (skip_ > 0) {
            --skip_;
        } else {
            groups_.push_back(std::move(group));
        }
    }

    std::int64_t skip_;
    std::int64_t limit_;
    Grouper grouper_;
    std::optional<std::int64_t> closed_to_;
    std::vector<Group> groups_;
};

}  // namespace

async::Task<Result<GroupPage>> LogReader::list(PageRequest request, Deadline deadline) {
    constexpr std::int64_t smallest_fetch = 100;
    constexpr std::int64_t largest_fetch = 2000;
    Result<std::optional<Progress>> started = co_await start(request, Show::actions, deadline);
    if (!started) {
        co_return started.error();
    }
    if (!*started) {
        co_return GroupPage();
    }
    Progress& progress = **started;
    GroupCollector groups(request.before ? 0 : (request.page - 1) * request.limit, request.limit);
    while (!progress.ended() && !groups.full()) {
        Result<std::vector<StoredEvent>> events = co_await next_events(
            progress, std::clamp(groups.missing() * 2, smallest_fetch, largest_fetch), deadline);
        if (!events) {
            co_return events.error();
        }
        groups.add(std::move(*events));
    }
    std::optional<std::int64_t> next_before;
    if (groups.full()) {
        progress.cut = false;
        next_before = groups.closed_to();
    } else if (progress.cut && groups.closed_to()) {
        // The open group may go on where this page may not look: it is the next page's.
        next_before = groups.closed_to();
    } else {
        groups.close();
        if (progress.cut) {
            next_before = progress.walk.window.before;
        }
    }
    const Result<PageEnd> end = co_await finish(progress, next_before, deadline);
    if (!end) {
        co_return end.error();
    }
    co_return GroupPage{.groups = groups.take_groups(), .end = *end};
}

async::Task<Result<EventPage>> LogReader::list_raw(PageRequest request, Deadline deadline) {
    EventPage page;
    Result<std::optional<Progress>> started = co_await start(request, Show::records, deadline);
    if (!started) {
        co_return started.error();
    }
    if (!*started) {
        co_return page;
    }
    Progress& progress = **started;
    std::int64_t skip = request.before ? 0 : (request.page - 1) * request.limit;
    while (!progress.ended() && count_of(page.events) <= request.limit) {
        Result<std::vector<StoredEvent>> events = co_await next_events(
            progress, request.limit + 1 - count_of(page.events) + skip, deadline);
        if (!events) {
            co_return events.error();
        }
        for (StoredEvent& event : *events) {
            if (skip > 0) {
                --skip;
            } else {
                page.events.push_back(std::move(event));
            }
        }
    }
    std::optional<std::int64_t> next_before;
    if (count_of(page.events) > request.limit) {
        page.events.resize(static_cast<std::size_t>(request.limit));
        next_before = page.events.back().chain_index;
        progress.cut = false;
    } else if (progress.cut) {
        next_before = progress.walk.window.before;
    }
    Result<PageEnd> end = co_await finish(progress, next_before, deadline);
    if (!end) {
        co_return end.error();
    }
    page.end = *end;
    co_return page;
}

async::Task<Result<std::optional<EventDetail>>> LogReader::find(std::int64_t chain_index,
                                                                Deadline deadline) {
    Result<std::optional<StoredEvent>> event = co_await store_.find_event(chain_index, deadline);
    if (!event) {
        co_return event.error();
    }
    if (!*event) {
        co_return std::optional<EventDetail>();
    }
    EventDetail detail{.event = std::move(**event)};
    if (detail.event.event.intent_index) {
        Result<std::optional<StoredEvent>> intent =
            co_await store_.find_event(*detail.event.event.intent_index, deadline);
        if (!intent) {
            co_return intent.error();
        }
        detail.intent = std::move(*intent);
    }
    if (detail.event.event.phase == Phase::intent) {
        Result<std::vector<StoredEvent>> outcomes =
            co_await store_.find_outcomes(chain_index, deadline);
        if (!outcomes) {
            co_return outcomes.error();
        }
        detail.outcomes = std::move(*outcomes);
    }
    co_return std::optional(std::move(detail));
}

async::Task<Result<std::int64_t>> LogReader::oldest_index(Deadline deadline) {
    const Result<Bounds> bounds = co_await store_.find_bounds({}, {}, deadline);
    if (!bounds) {
        co_return bounds.error();
    }
    co_return bounds->from;
}

async::Task<Result<std::vector<StoredEvent>>> LogReader::advance(Filter filter, Walk& walk,
                                                                 Show show, std::int64_t limit,
                                                                 Deadline deadline) {
    Window window = walk.window;
    window.from = std::max(window.from, window.before - std::min(window.before, look_of(filter)));
    Result<Slice> slice = co_await store_.slice(std::move(filter), window, show, limit, deadline);
    if (!slice) {
        co_return slice.error();
    }
    walk.window.before = slice->reached;
    co_return std::move(slice->events);
}

}  // namespace rgw::audit
