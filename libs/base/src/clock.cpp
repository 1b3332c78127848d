#include "rgw/base/clock.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace rgw {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hh_mm_ss;
using std::chrono::microseconds;
using std::chrono::year_month_day;

struct Civil {
    year_month_day date;
    hh_mm_ss<microseconds> time;
};

Civil civil(Timestamp at) {
    const auto midnight = floor<days>(at);
    return {.date = year_month_day(midnight), .time = hh_mm_ss(at - midnight)};
}

std::string seconds_without_zone(const Civil& c) {
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(c.date.year()),
                       static_cast<unsigned>(c.date.month()), static_cast<unsigned>(c.date.day()),
                       c.time.hours().count(), c.time.minutes().count(), c.time.seconds().count());
}

// Reads exactly `digits` decimal digits at the front of `text` and removes them.
bool take_number(std::string_view& text, std::size_t digits, int& out) {
    if (text.size() < digits) {
        return false;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, out);
    if (error != std::errc() || end != text.data() + digits || text[0] == '-') {
        return false;
    }
    text.remove_prefix(digits);
    return true;
}

bool take_char(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

// ".123456789" to microseconds; further digits are cut off.
bool take_fraction(std::string_view& text, microseconds& out) {
    int value = 0;
    int digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (digits < 6) {
            value = value * 10 + (text.front() - '0');
        }
        ++digits;
        text.remove_prefix(1);
    }
    for (int i = digits; i < 6; ++i) {
        value *= 10;
    }
    out = microseconds(value);
    return digits > 0;
}

// "Z", or how far the local time before it is ahead of UTC: "+02:00".
bool take_offset(std::string_view& text, std::chrono::minutes& out) {
    if (take_char(text, 'Z')) {
        out = std::chrono::minutes(0);
        return text.empty();
    }
    const bool behind = text.starts_with('-');
    int hours = 0;
    int minutes = 0;
    if ((!take_char(text, '+') && !take_char(text, '-')) || !take_number(text, 2, hours) ||
        !take_char(text, ':') || !take_number(text, 2, minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    out = std::chrono::minutes((hours * 60 + minutes) * (behind ? -1 : 1));
    return text.empty();
}

}  // namespace

Timestamp SystemClock::now() const {
    return floor<microseconds>(std::chrono::system_clock::now());
}

std::string rfc3339_seconds(Timestamp at) {
    return seconds_without_zone(civil(at)) + "Z";
}

std::string rfc3339_micros(Timestamp at) {
    const Civil c = civil(at);
    return fmt::format("{}.{:06}Z", seconds_without_zone(c), c.time.subseconds().count());
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
    Error bad(Errc::invalid_value,
              "expected a time such as 2026-12-31T23:59:59Z or a date such as 2026-12-31");
    int year = 0;
    int month = 0;
    int day = 0;
    if (!take_number(text, 4, year) || !take_char(text, '-') || !take_number(text, 2, month) ||
        !take_char(text, '-') || !take_number(text, 2, day)) {
        return bad;
    }
    const year_month_day date(std::chrono::year(year),
                              std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) {
        return bad;
    }
    const Timestamp midnight = std::chrono::sys_days(date);
    if (text.empty()) {
        return midnight;
    }
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!take_char(text, 'T') || !take_number(text, 2, hour) || !take_char(text, ':') ||
        !take_number(text, 2, minute) || !take_char(text, ':') || !take_number(text, 2, second) ||
        hour > 23 || minute > 59 || second > 59) {
        return bad;
    }
    microseconds fraction(0);
    if (take_char(text, '.') && !take_fraction(text, fraction)) {
        return bad;
    }
    std::chrono::minutes offset(0);
    if (!take_offset(text, offset)) {
        return bad;
    }
    return midnight - offset + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second) + fraction;
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    Error bad(Errc::invalid_value, "expected a duration such as 30m, 1h30m or 250ms");
    struct Unit {
        std::string_view name;
        double milliseconds;
    };
    static constexpr Unit units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    if (text == "0") {
        return std::chrono::milliseconds(0);
    }
    if (text.empty()) {
        return bad;
    }
    double total = 0;
    while (!text.empty()) {
        std::size_t digits = text.find_first_not_of("0123456789.");
        double amount = 0;
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + std::min(digits, text.size()), amount);
        if (error != std::errc() || digits == std::string_view::npos ||
            end != text.data() + digits) {
            return bad;
        }
        text.remove_prefix(digits);
        const std::string_view name = text.substr(0, text.find_first_of("0123456789."));
        text.remove_prefix(name.size());
        bool known = false;
        for (const Unit& unit : units) {
            if (unit.name == name) {
                total += amount * unit.milliseconds;
                known = true;
            }
        }
        if (!known || !(total < 1e15)) {
            return bad;
        }
    }
    return std::chrono::milliseconds(std::llround(total));
}

}  // namespace rgw
