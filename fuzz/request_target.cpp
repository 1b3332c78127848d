#include "request_target.hpp"

#include <string>

#include "head_parser.hpp"
#include "head_writer.hpp"
#include "require.hpp"
#include "targets.hpp"

namespace rgw::fuzz {

void request_target(std::string_view input) {
    using namespace rgw::http;
    // A host that is taken can stand in a field, and an origin is made of hosts only.
    if (is_host(input)) {
        require(input.find_first_of(" \t\r\n/?#@\\") == std::string_view::npos);
    }
    if (const auto origin = parse_origin(input); origin) {
        require(!origin->host.empty() && origin->port != 0);
    }
    OutRequest request;
    request.method = "GET";
    request.target = input;
    std::string written;
    const bool sendable = write_request_head(written, request, "h").has_value();
    require(sendable == is_origin_form(input));
    if (!sendable) {
        return;
    }
    // What is sent is read back as one request with this very target.
    RequestParser parser;
    parser.reset(HeadLimits{written.size() + 1, 10});
    const auto complete = parser.feed(written);
    require(complete && *complete && parser.size() == written.size());
    RequestHead head;
    require(parser.read(written, head).has_value());
    require(head.target == input && head.fields.size() == 1);
}

}  // namespace rgw::fuzz
