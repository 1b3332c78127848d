#include "framing.hpp"

#include <charconv>
#include <cstdint>
#include <limits>

#include "chars.hpp"
#include "rgw/base/text.hpp"

namespace rgw::http {
namespace {

void read_connection_options(std::string_view list, MessageFacts& facts) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view option = trim(list.substr(0, comma));
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
        facts.bad_connection = facts.bad_connection || !chars::all(chars::token, option);
        facts.says_close = facts.says_close || equals_ignoring_case(option, "close");
        facts.says_keep_alive = facts.says_keep_alive || equals_ignoring_case(option, "keep-alive");
        facts.says_upgrade = facts.says_upgrade || equals_ignoring_case(option, "upgrade");
    }
}

void note(std::string_view name, std::string_view wanted, std::string_view value,
          std::size_t& count, std::string_view& kept) {
    if (equals_ignoring_case(name, wanted)) {
        ++count;
        kept = value;
    }
}

// Digits only, and few enough that sums of lengths cannot overflow.
bool parse_length(std::string_view text, std::uint64_t& length) {
    if (text.empty() || !chars::is_digit(text.front())) {
        return false;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    return error == std::errc() && end == text.data() + text.size() &&
           length <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

}  // namespace

MessageFacts gather_facts(std::span<const Field> fields) {
    MessageFacts facts;
    for (const Field& field : fields) {
        switch (field.name.size()) {  // so that most fields cost one comparison of a number
            case 4:
                note(field.name, "host", field.value, facts.hosts, facts.host);
                break;
            case 6:
                note(field.name, "expect", field.value, facts.expectations, facts.expectation);
                break;
            case 7:
                note(field.name, "upgrade", field.value, facts.upgrades, facts.upgrade);
                break;
            case 10:
                if (equals_ignoring_case(field.name, "connection")) {
                    read_connection_options(field.value, facts);
                }
                break;
            case 14:
                note(field.name, "content-length", field.value, facts.content_lengths,
                     facts.content_length);
                break;
            case 17:
                note(field.name, "transfer-encoding", field.value, facts.transfer_encodings,
                     facts.transfer_encoding);
                break;
            default:
                break;
        }
    }
    return facts;
}

Result<BodyFraming> declared_framing(const MessageFacts& facts, int minor, Errc code) {
    BodyFraming framing;
    if (facts.bad_connection) {
        return Error(code, "Connection is not a list of tokens");
    }
    if (facts.transfer_encodings > 0) {
        if (facts.content_lengths > 0) {
            return Error(code, "Transfer-Encoding together with Content-Length");
        }
        if (minor == 0) {
            return Error(code, "Transfer-Encoding in an HTTP/1.0 message");
        }
        if (facts.transfer_encodings > 1 ||
            !equals_ignoring_case(facts.transfer_encoding, "chunked")) {
            return Error(code, "a Transfer-Encoding other than chunked");
        }
        framing.kind = BodyKind::chunked;
        return framing;
    }
    if (facts.content_lengths > 1) {
        return Error(code, "more than one Content-Length");
    }
    if (facts.content_lengths == 1) {
        if (!parse_length(facts.content_length, framing.length)) {
            return Error(code, "Content-Length is not a number");
        }
        framing.kind = framing.length == 0 ? BodyKind::none : BodyKind::length;
    }
    return framing;
}

bool keeps_alive(const MessageFacts& facts, int minor) {
    return !facts.says_close && (minor == 1 || facts.says_keep_alive);
}

}  // namespace rgw::http
