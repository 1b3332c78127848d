#include "chars.hpp"
#include "framing.hpp"
#include "head_parser.hpp"
#include "request_target.hpp"
#include "rgw/base/text.hpp"

namespace rgw::http {
namespace {

// method SP request-target SP HTTP-version, with exactly one space each (RFC 9112 §3).
Result<void> read_request_line(std::string_view line, RequestHead& out) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return Error(Errc::bad_request, "the request line has not three parts");
    }
    out.method = line.substr(0, first);
    out.target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (out.method.empty() || out.method.size() > RequestParser::max_method_bytes ||
        !chars::all(chars::token, out.method)) {
        return Error(Errc::bad_request, "the method is not a token");
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return Error(Errc::bad_request, "the version is neither HTTP/1.1 nor HTTP/1.0");
    }
    out.minor = version.back() - '0';
    const bool asterisk = out.target == "*" && out.method == "OPTIONS";
    if (!asterisk && !is_origin_form(out.target)) {
        return Error(Errc::bad_target, "it is not a plain absolute path");
    }
    return {};
}

Result<void> check_host(const MessageFacts& facts, int minor) {
    if (facts.hosts > 1 || (facts.hosts == 0 && minor == 1)) {
        return Error(Errc::bad_header, "exactly one Host is needed");
    }
    if (facts.hosts == 1 && !is_host(facts.host)) {
        return Error(Errc::bad_header, "Host is not a host name");
    }
    return {};
}

Result<bool> read_expectation(const MessageFacts& facts, int minor) {
    if (facts.expectations == 0 || minor == 0) {  // RFC 9110 §10.1.1: ignored in HTTP/1.0
        return false;
    }
    if (facts.expectations > 1 || !equals_ignoring_case(facts.expectation, "100-continue")) {
        return Error(Errc::expectation_failed);
    }
    return true;
}

}  // namespace

Result<void> RequestParser::read(std::string_view bytes, RequestHead& out) const {
    if (auto line = read_request_line(lines_.start_line(bytes), out); !line) {
        return line;
    }
    lines_.copy_fields(bytes, out.fields);
    const MessageFacts facts = gather_facts(out.fields);
    if (auto host = check_host(facts, out.minor); !host) {
        return host;
    }
    auto framing = declared_framing(facts, out.minor, Errc::bad_request);
    if (!framing) {
        return framing.error();
    }
    auto expects = read_expectation(facts, out.minor);
    if (!expects) {
        return expects.error();
    }
    if (facts.upgrades > 1) {
        return Error(Errc::bad_header, "more than one Upgrade");
    }
    out.body = *framing;
    out.expects_continue = *expects && framing->kind != BodyKind::none;
    out.keep_alive = keeps_alive(facts, out.minor);
    out.upgrade = facts.says_upgrade && out.minor == 1 ? facts.upgrade : std::string_view();
    return {};
}

}  // namespace rgw::http
