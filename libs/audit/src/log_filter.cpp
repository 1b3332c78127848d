#include "rgw/audit/log_filter.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rgw/base/text.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;

Error invalid(std::string_view what) {
    return {Errc::invalid_request, "invalid " + std::string(what)};
}

bool is_clean(std::string_view text) {
    const auto is_control = [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; };
    return text.size() <= most_filter_bytes && std::ranges::none_of(text, is_control) &&
           valid_utf8(text) == text;
}

std::optional<int> two_digits(std::string_view text) {
    int number = 0;
    const bool digits =
        text.size() == 2 && text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
    if (!digits) {
        return std::nullopt;
    }
    std::from_chars(text.data(), text.data() + 2, number);
    return number;
}

// Removes "±hh:mm" from the end of a time of day and returns it.
Result<std::chrono::minutes> take_offset(std::string_view& text) {
    const std::size_t sign = text.find_last_of("+-");
    if (sign == std::string_view::npos || text.size() - sign != 6 || text[sign + 3] != ':') {
        return Errc::invalid_request;
    }
    const std::optional<int> hours = two_digits(text.substr(sign + 1, 2));
    const std::optional<int> minutes = two_digits(text.substr(sign + 4, 2));
    if (!hours || !minutes || *hours > 23 || *minutes > 59) {
        return Errc::invalid_request;
    }
    const std::chrono::minutes offset(*hours * 60 + *minutes);
    const bool east = text[sign] == '+';
    text.remove_suffix(6);
    return east ? offset : -offset;
}

std::optional<Timestamp> start_of_range(std::string_view range, Timestamp now) {
    static constexpr std::pair<std::string_view, std::chrono::minutes> spans[] = {
        {"15m", 15min}, {"1h", 1h}, {"7d", 24h * 7}, {"30d", 24h * 30}};
    if (range == "all" || range == "custom") {
        return std::nullopt;
    }
    for (const auto& [name, span] : spans) {
        if (range == name) {
            return now - span;
        }
    }
    return now - 24h;
}

Result<void> read_times(const FilterText& text, Timestamp now, Filter& filter) {
    if (text.start.empty()) {
        filter.start = start_of_range(text.range, now);
    } else {
        const Result<Timestamp> start = parse_moment(text.start);
        if (!start) {
            return invalid("start time");
        }
        filter.start = *start;
    }
    if (!text.end.empty()) {
        const Result<Timestamp> end = parse_moment(text.end);
        if (!end) {
            return invalid("end time");
        }
        filter.end = *end;
    }
    if (filter.start && filter.end && *filter.end <= *filter.start) {
        return Error(Errc::invalid_request, "end time must be after start time");
    }
    return {};
}

void read_user(const FilterText& text, Filter& filter) {
    if (!text.user.empty()) {
        filter.user_email = text.user;
        return;
    }
    std::int64_t number = 0;
    const char* end = text.user_id.data() + text.user_id.size();
    const auto read = std::from_chars(text.user_id.data(), end, number);
    if (!text.user_id.empty() && read.ec == std::errc() && read.ptr == end) {
        filter.user_id = UserId{number};
    }
}

}  // namespace

Result<Timestamp> parse_moment(std::string_view text) {
    constexpr std::size_t bytes_to_minutes = 16;  // 2006-01-02T15:04
    if (text.size() < bytes_to_minutes || text[10] != 'T') {
        return Errc::invalid_request;
    }
    std::chrono::minutes offset(0);
    std::string_view time = text.substr(11);
    if (time.ends_with('Z')) {
        time.remove_suffix(1);
    } else if (time.find_first_of("+-") != std::string_view::npos) {
        const Result<std::chrono::minutes> taken = take_offset(time);
        if (!taken) {
            return taken.error();
        }
        offset = *taken;
    }
    std::string plain(text.substr(0, 11));
    plain += time;
    plain += time.size() == 5 ? ":00Z" : "Z";
    const Result<Timestamp> local = parse_rfc3339(plain);
    if (!local) {
        return local.error();
    }
    return *local - offset;
}

Result<Filter> parse_filter(const FilterText& text, Timestamp now) {
    Filter filter;
    struct Field {
        std::string_view name;
        const std::string& value;
        std::optional<std::string>* wanted;
    };
    const Field fields[] = {
        {"status", text.status, &filter.status},
        {"action_type", text.action_type, &filter.action_type},
        {"action", text.action, &filter.action},
        {"resource_type", text.resource_type, &filter.resource_type},
        {"resource", text.resource, &filter.resource},
        {"decision", text.decision, &filter.decision},
        {"request_id", text.request_id, &filter.request_id},
        {"search", text.search, &filter.search},
        {"user", text.user, nullptr},
    };
    for (const Field& field : fields) {
        if (!is_clean(field.value)) {
            return invalid(field.name);
        }
        const bool free_text = field.name == "search" || field.name == "request_id";
        if (field.wanted != nullptr && !field.value.empty() &&
            (free_text || field.value != "all")) {
            *field.wanted = field.value;
        }
    }
    read_user(text, filter);
    const Result<void> times = read_times(text, now, filter);
    if (!times) {
        return times.error();
    }
    return filter;
}

std::optional<Timestamp> time_of_request_id(std::string_view id) {
    constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    constexpr std::size_t time_digits = 10;
    if (id.size() != 26 || id.find_first_not_of(alphabet) != std::string_view::npos ||
        id[0] > '7') {
        return std::nullopt;
    }
    std::uint64_t milliseconds = 0;
    for (const char c : id.substr(0, time_digits)) {
        milliseconds = (milliseconds << 5U) | alphabet.find(c);
    }
    constexpr std::uint64_t latest = 253'402'300'799'999;  // the end of the year 9999
    if (milliseconds > latest) {
        return std::nullopt;
    }
    return Timestamp(std::chrono::milliseconds(milliseconds));
}

}  // namespace rgw::audit
