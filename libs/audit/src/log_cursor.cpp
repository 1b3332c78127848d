#include <array>
#include <charconv>
#include <cstdint>

#include "rgw/audit/log_reader.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

// A version byte, a byte that says which optional numbers are there, six 64-bit big-endian numbers.
constexpr char version = 1;
constexpr std::size_t numbers = 6;
constexpr std::size_t size = 2 + numbers * 8;
constexpr char has_request = 1;
constexpr char has_start = 2;
// What a request id leads to is an hour of the log; nobody's may lead to all of it.
constexpr std::int64_t longest_request_span = 20'000'000;

void put(std::string& out, std::int64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        out +=
            static_cast<char>(static_cast<std::uint64_t>(number) >> static_cast<unsigned>(shift));
    }
}

std::int64_t take(std::string_view bytes, std::size_t place) {
    std::uint64_t number = 0;
    for (const char byte : bytes.substr(2 + place * 8, 8)) {
        number = (number << 8U) | static_cast<std::uint8_t>(byte);
    }
    return static_cast<std::int64_t>(number);
}

std::int64_t positive_or(std::string_view text, std::int64_t otherwise) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool good = read.ec == std::errc() && read.ptr == text.data() + text.size() && number > 0;
    return good ? number : otherwise;
}

}  // namespace

std::string write_cursor(const Walk& walk) {
    std::string bytes;
    bytes += version;
    bytes += static_cast<char>((walk.window.request_before ? has_request : 0) |
                               (walk.start ? has_start : 0));
    put(bytes, walk.window.from);
    put(bytes, walk.window.before);
    put(bytes, walk.window.as_of);
    put(bytes, walk.top);
    put(bytes, walk.window.request_before.value_or(0));
    put(bytes, walk.start.value_or(Timestamp()).time_since_epoch().count());
    return crypto::base64url(bytes);
}

Result<Walk> parse_cursor(std::string_view text) {
    const std::optional<std::string> bytes = crypto::parse_base64url(text);
    Error bad(Errc::invalid_request, "invalid before");
    if (!bytes || bytes->size() != size || (*bytes)[0] != version ||
        ((*bytes)[1] & ~(has_request | has_start)) != 0) {
        return bad;
    }
    Walk walk;
    walk.window.from = take(*bytes, 0);
    walk.window.before = take(*bytes, 1);
    walk.window.as_of = take(*bytes, 2);
    walk.top = take(*bytes, 3);
    if (((*bytes)[1] & has_request) != 0) {
        walk.window.request_before = take(*bytes, 4);
    }
    if (((*bytes)[1] & has_start) != 0) {
        const Timestamp start{std::chrono::microseconds(take(*bytes, 5))};
        if (start < std::chrono::sys_days(std::chrono::year(1) / 1 / 1) ||
            start >= std::chrono::sys_days(std::chrono::year(10000) / 1 / 1)) {
            return bad;
        }
        walk.start = start;
    }
    const Window& window = walk.window;
    if (window.request_before && *window.request_before > window.from + longest_request_span) {
        return bad;
    }
    if (window.from < 0 || window.before < window.from || walk.top < window.before ||
        window.as_of < walk.top) {
        return bad;
    }
    return walk;
}

Result<PageRequest> parse_page(Filter filter, std::string_view before, std::string_view page,
                               std::string_view limit) {
    PageRequest request{.filter = std::move(filter)};
    request.page = positive_or(page, 1);
    request.limit = std::min(positive_or(limit, default_page_size), largest_page_size);
    if (!before.empty()) {
        const Result<Walk> walk = parse_cursor(before);
        if (!walk) {
            return walk.error();
        }
        request.before = *walk;
    } else if (request.page > deepest_entry / request.limit) {
        return Error(Errc::invalid_request,
                     "page is too deep: continue with the cursor of a page instead");
    }
    return request;
}

}  // namespace rgw::audit
