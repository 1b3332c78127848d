#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rgw/access/permission.hpp"
#include "rgw/base/error.hpp"

namespace rgw::rack {

// json: a small answer · text: `ok` · stream: a download of any size · upload: a request body of
// any size · websocket: an opening handshake (method SOCKET, as racks call it).
enum class Kind : std::uint8_t { json, text, stream, upload, websocket };

// What the gateway does with the request body.
enum class BodyRule : std::uint8_t {
    none,          // a body is refused
    stream,        // passed through unread, and never of a type the rack would read options from
    form,          // urlencoded, parsed strictly, only the row's fields, re-serialised
    any_form,      // the same where the rack's field names are not written down
    release_form,  // release creation: a posted environment is merged with the rack's newest
};

// Whom a row is for. A token cannot answer for a factor in this very request, so what mints a
// credential of the rack or opens a node is for people only.
enum class Callers : std::uint8_t { people_and_tokens, people };

// What the gateway does with the answer's body.
enum class AnswerRule : std::uint8_t {
    pass,
    mask_release_env,  // read whole, JSON only, `env` values masked by rights, fails closed
};

// Where the audit event's resource comes from (spec proxy-rbac §1.15): "all" · {app} · the last or
// the first parameter · {key} · the permission's resource word.
enum class AuditResource : std::uint8_t { all, app, last_id, first_id, object_key, fixed };

// One row of the rack route table: everything the gateway knows about a call.
struct Route {
    std::string_view method;
    std::string_view pattern;  // "/apps/{app}/builds/{id}"; {key*} takes the rest of the path
    access::Permission permission;
    Kind kind;
    std::span<const std::string_view> query;  // names allowed in the query string
    BodyRule body;
    AnswerRule answer;
    bool mutating;  // an intent is committed before the first byte goes to the rack: what changes
                    // something, and every session
    bool destructive;  // needs allow_destructive_actions
    AuditResource resource;
    std::span<const std::string_view>
        headers;  // option headers that pass to the rack on this route only
    std::span<const std::string_view> fields = {};  // allowed in a BodyRule::form
    Callers callers = Callers::people_and_tokens;
};

// The whole table; a test compares it with the rack's own list (tests/data).
[[nodiscard]] std::span<const Route> routes();

struct Match {
    const Route* route = nullptr;
    std::string path;  // canonical re-encoding of what was matched: what the rack will see
    std::vector<std::pair<std::string_view, std::string>> params;  // name, decoded value
    std::string query;  // canonical, allow-listed, "" or "?a=b&c=d"

    [[nodiscard]] std::string_view param(std::string_view name) const;
    // The audit event's resource ("all", the app, the id …).
    [[nodiscard]] std::string audit_resource() const;
};

// Matches method and raw target (path?query, the mount prefix already removed, still
// percent-encoded) on raw segments: each is decoded once, and a segment that then contains / \ ? #
// % ; or a control character, or is empty, . or .., is refused (a {key*} rest may contain '/'
// between such segments, and a {server**} rest empty ones: registries are named by their URL). A
// {port} is 1 to 65535. Literal segments win over `{id}.tgz`, that over `{id}`, and that over
// `{key*}`. match() of a matched path gives the same route and path again. Errors: route_unknown;
// bad_target; bad_query (a name that is not allowed, a repeated name, bad escapes).
[[nodiscard]] Result<Match> match(std::string_view method, std::string_view target);

}  // namespace rgw::rack
