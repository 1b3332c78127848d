#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway_call.hpp"
#include "rgw/access/permission.hpp"
#include "rgw/api/rate_limiter.hpp"

namespace rgw::api {

// Where a path leads.
enum class Destination : std::uint8_t {
    nowhere,
    gateway,          // a route of the gateway's own API
    rack,             // below the rack mount of the command line: rack::match decides
    rack_by_browser,  // below the web app's: the same routes, as far as it has use for them
};

// Whose call a row serves: anyone's (the row says why) · that of a command line, by its
// Authorization header alone · that of anybody known, by header or by a browser's cookie · that of
// a person, whose session it is about: an API token has none.
enum class From : std::uint8_t { anyone, command_line, anybody_known, person };

// Whether a person who owes a second factor must have shown it: only what leads there, and away,
// goes without. Setting up the first factor takes none; any other takes one that was shown, and a
// fresh one to begin.
enum class Factor : std::uint8_t { shown, not_yet, shown_unless_first, fresh_unless_first };

// Whether the call must name the gateway as its host: load balancers and kubelets ask by address.
enum class Host : std::uint8_t { ours, any };

// Where a browser's write carries the token that other sites cannot know: a page without script has
// only its form.
enum class Csrf : std::uint8_t { in_header, in_form };

struct Access {
    From from = From::anyone;
    std::optional<access::Permission> permission;
    // Of what is the person's own: nobody needs to be given it, but its MFA level holds.
    std::optional<access::Permission> own = std::nullopt;
    Factor factor = Factor::shown;
    Host host = Host::ours;
    Csrf csrf = Csrf::in_header;

    // Whose MFA level holds; empty: none is asked for.
    [[nodiscard]] std::optional<access::Permission> levelled_by() const {
        return permission ? permission : own;
    }
};

// When the intent of a changing call is written: before its handler runs, or by the handler, once
// it knows what is going to change and before anything does.
enum class Intent : std::uint8_t { by_pipeline, by_handler };

// What the event of a call is called. A call without a name leaves none unless it is refused.
struct RecordedAs {
    std::string_view action_type;
    std::string_view action;
    std::string_view resource_type;
    Intent intent = Intent::by_pipeline;
};

// One row of the gateway's own route table. "{name}" stands for one segment; a path that ends with
// "/*" takes all below it.
struct GatewayRoute {
    std::string_view method;
    std::string_view path;
    Access access;
    const Operation* operation;
    RecordedAs record = {};
    Throttle throttle = Throttle::none;
    std::string_view flag = {};  // only with this in the query, as `flag=true`, whatever its case

    // Whether it may change something: its intent is durable before it runs.
    [[nodiscard]] bool mutating() const { return method != "GET" && method != "HEAD"; }
};

[[nodiscard]] std::span<const GatewayRoute> gateway_routes();
// "DELETE /api/v1/users/{email}": how settings and documents name a row.
[[nodiscard]] std::string route_name(const GatewayRoute& route);

struct Located {
    Destination destination = Destination::nowhere;
    const GatewayRoute* gateway_route = nullptr;
    std::string_view rack_target;  // the target as the rack knows it, beginning with '/'
    std::vector<std::pair<std::string_view, std::string>> path;  // the row's {names}, decoded
};

// Compares raw bytes, whole segments: "/api/v1/rack-proxyX" is nowhere, and so is a {name} that is
// empty, "." or "..", or not sound percent-encoded UTF-8 without control characters.
[[nodiscard]] Located locate(std::string_view method, std::string_view target);

}  // namespace rgw::api
