#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "chars.hpp"
#include "head_parser.hpp"
#include "request_target.hpp"
#include "require.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

using namespace rgw::http;

constexpr HeadLimits limits{2048, 16};

// Feeds growing prefixes, each a copy of its own: a pointer kept into an earlier one would be
// found.
template <class Parser>
Result<bool> feed(Parser& parser, std::string_view bytes, std::size_t step) {
    parser.reset(limits);
    for (std::size_t end = std::min(step, bytes.size());;
         end = std::min(end + step, bytes.size())) {
        const auto copy = std::make_unique<std::string>(bytes.substr(0, end));
        Result<bool> complete = parser.feed(*copy);
        if (!complete || *complete || end == bytes.size()) {
            return complete;
        }
    }
}

void check_fields(const std::vector<Field>& fields) {
    require(fields.size() <= limits.fields);
    for (const Field& field : fields) {
        require(!field.name.empty() && chars::all(chars::token, field.name));
        require(chars::all(chars::field_text, field.value));
        require(field.value.empty() ||
                (!chars::is_blank(field.value.front()) && !chars::is_blank(field.value.back())));
    }
}

template <class Parser>
std::optional<std::size_t> check_feeding(Parser& parser, std::string_view bytes, std::size_t step) {
    Parser in_pieces;
    const Result<bool> pieces = feed(in_pieces, bytes, step);
    const Result<bool> whole = feed(parser, bytes, bytes.size() + 1);
    require(pieces.has_value() == whole.has_value());
    if (!whole) {
        require(pieces.error().code == whole.error().code);
        return std::nullopt;
    }
    require(*pieces == *whole);
    if (!*whole) {
        return std::nullopt;
    }
    require(in_pieces.size() == parser.size());
    require(parser.size() <= std::min(bytes.size(), limits.bytes));
    require(bytes.substr(0, parser.size()).ends_with("\r\n\r\n"));
    return parser.size();
}

void check_request(std::string_view bytes, std::size_t step) {
    RequestParser parser;
    RequestHead head;
    if (!check_feeding(parser, bytes, step) || !parser.read(bytes, head)) {
        return;
    }
    check_fields(head.fields);
    require(!head.method.empty() && chars::all(chars::token, head.method));
    require(is_origin_form(head.target) || head.target == "*");
    require(head.body.kind != BodyKind::until_close);
    require(head.count("host") <= 1 && (head.minor == 0 || head.find("Host").has_value()));
    require(head.count("content-length") + head.count("transfer-encoding") <= 1);
    require(head.body.kind != BodyKind::chunked || head.minor == 1);
}

void check_response(std::string_view bytes, std::size_t step) {
    ResponseParser parser;
    ResponseHead head;
    if (!check_feeding(parser, bytes, step) || !parser.read(bytes, "GET", head)) {
        return;
    }
    check_fields(head.fields);
    require(head.status >= 100 && head.status <= 599);
    require(head.body.kind != BodyKind::until_close || !head.keep_alive);
}

}  // namespace

void head_parser(std::string_view input) {
    if (input.empty()) {
        return;
    }
    const auto choice = static_cast<unsigned char>(input.front());
    const std::size_t step = 1 + choice / 2U;
    input.remove_prefix(1);
    if (choice % 2 == 0) {
        check_request(input, step);
    } else {
        check_response(input, step);
    }
}

}  // namespace rgw::fuzz
