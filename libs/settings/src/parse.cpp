#include "parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

#include "rgw/base/clock.hpp"
#include "rgw/base/text.hpp"
#include "rgw/settings/cidr.hpp"

namespace rgw::settings {
namespace {

constexpr std::string_view true_words[] = {"true", "1", "yes"};
constexpr std::string_view false_words[] = {"false", "0", "no"};

bool is_one_of(std::string_view value, std::span<const std::string_view> words) {
    return std::ranges::any_of(
        words, [value](std::string_view word) { return equals_ignoring_case(value, word); });
}

std::string spelled(std::chrono::milliseconds span) {
    return span.count() % 1000 == 0 ? fmt::format("{}s", span.count() / 1000)
                                    : fmt::format("{}ms", span.count());
}

}  // namespace

Problem parse_bool(std::string_view value, bool& out) {
    const bool yes = is_one_of(value, true_words);
    if (!yes && !is_one_of(value, false_words)) {
        return "expected true or false";
    }
    out = yes;
    return {};
}

Problem parse_number(std::string_view value, std::uint64_t least, std::uint64_t most,
                     std::uint64_t& out) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || number < least ||
        number > most) {
        return fmt::format("expected a whole number from {} to {}", least, most);
    }
    out = number;
    return {};
}

Problem parse_port(std::string_view value, std::uint16_t& out) {
    std::uint64_t number = 0;
    Problem problem = parse_number(value, 0, std::numeric_limits<std::uint16_t>::max(), number);
    out = static_cast<std::uint16_t>(number);
    return problem;
}

Problem parse_span(std::string_view value, std::chrono::milliseconds least,
                   std::chrono::milliseconds most, std::chrono::milliseconds& out) {
    const auto span = parse_duration(value);
    if (!span || *span < least || *span > most) {
        return fmt::format("expected a duration such as 30s, 10m or 1h30m, from {} to {}",
                           spelled(least), spelled(most));
    }
    out = *span;
    return {};
}

Problem parse_address(std::string_view value, std::string& out) {
    const auto address = Address::parse(value);
    if (!address) {
        return "expected a numeric address such as 127.0.0.1 or ::1";
    }
    out = address->text();
    return {};
}

}  // namespace rgw::settings
