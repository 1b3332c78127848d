#include <algorithm>
#include <string>

#include "require.hpp"
#include "rgw/audit/log_reader.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

constexpr Timestamp now{std::chrono::seconds(1'800'000'000)};

// The next line of the input, or nothing.
std::string take_line(std::string_view& input) {
    const std::string line(input.substr(0, input.find('\n')));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    return line;
}

void check_walk(const audit::Walk& walk) {
    const audit::Window& window = walk.window;
    require(window.from >= 0 && window.from <= window.before && window.before <= walk.top &&
            walk.top <= window.as_of);
    require(audit::parse_cursor(audit::write_cursor(walk)).value() == walk);
}

}  // namespace

// One line per query parameter of GET /audit-logs.
void audit_query(std::string_view input) {
    audit::FilterText text;
    for (std::string* field : {&text.start, &text.end, &text.range, &text.user, &text.user_id,
                               &text.status, &text.resource, &text.request_id, &text.search}) {
        *field = take_line(input);
    }
    const std::string before = take_line(input);
    const std::string page = take_line(input);
    const std::string limit = take_line(input);
    if (const auto walk = audit::parse_cursor(before); walk) {
        check_walk(*walk);
    }
    (void)audit::time_of_request_id(text.request_id);
    const auto filter = audit::parse_filter(text, now);
    if (!filter) {
        require(filter.error().code == Errc::invalid_request && !filter.error().detail.empty());
        return;
    }
    require(!filter->start || !filter->end || *filter->start < *filter->end);
    const auto request = audit::parse_page(*filter, before, page, limit);
    if (request) {
        require(request->limit >= 1 && request->limit <= audit::largest_page_size);
        require(request->before || request->page * request->limit <= audit::deepest_entry);
    }
}

}  // namespace rgw::fuzz
