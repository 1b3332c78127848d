#include "rgw/http/message.hpp"

#include <algorithm>
#include <array>

#include "rgw/base/text.hpp"

namespace rgw::http {
namespace {

struct Phrase {
    int status;
    std::string_view text;
};

constexpr auto phrases = std::to_array<Phrase>({
    {200, "OK"},
    {100, "Continue"},
    {101, "Switching Protocols"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
});

std::optional<std::string_view> find_only(const std::vector<Field>& fields, std::string_view name) {
    std::optional<std::string_view> found;
    for (const Field& field : fields) {
        if (equals_ignoring_case(field.name, name)) {
            if (found) {
                return std::nullopt;
            }
            found = field.value;
        }
    }
    return found;
}

}  // namespace

std::optional<std::string_view> RequestHead::find(std::string_view name) const {
    return find_only(fields, name);
}

std::size_t RequestHead::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        fields, [name](const Field& field) { return equals_ignoring_case(field.name, name); }));
}

std::optional<std::string_view> ResponseHead::find(std::string_view name) const {
    return find_only(fields, name);
}

std::string_view reason_phrase(int status) {
    const auto* found = std::ranges::find(phrases, status, &Phrase::status);
    return found == phrases.end() ? std::string_view() : found->text;
}

}  // namespace rgw::http
