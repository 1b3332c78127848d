#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rgw/base/clock.hpp"
#include "rgw/base/text.hpp"
#include "rgw/http/exchange.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/principal.hpp"
#include "rgw/rack/route.hpp"
#include "rgw/rack/urlencoded.hpp"
#include "routes.hpp"

namespace rgw::api {

// One of the things a call changes, as its own event will say it: an environment variable (never
// its value), a setting.
struct ChangeRecord {
    std::string action_type;
    std::string action;  // env.set, setting.update …
    std::string resource_type;
    std::string resource;  // "app/NAME"
    std::string name;      // as the call's intent lists it
    std::string details;   // JSON
};

// One request on its way through the pipeline: what the steps so far found out. A session that was
// handed its connection has no head any more: what is needed later is kept here.
struct Call {
    http::Exchange& exchange;
    std::string request_id;
    Timestamp started{};
    std::chrono::steady_clock::time_point began;
    std::string client_address;
    std::optional<std::string> user_agent;  // clipped
    std::optional<std::string> command;     // what an exec or run is asked to run
    Destination destination = Destination::nowhere;
    const GatewayRoute* gateway_route = nullptr;
    std::optional<rack::Match> rack;
    std::vector<std::pair<std::string_view, std::string>> path;  // of a gateway route: its {names}
    std::vector<rack::Pair> query;                               // of a gateway route
    std::string body;  // of a gateway route that takes one; a form of the web app's
    std::optional<std::string> resource;  // of a gateway route, where its handler named one
    std::string details;                  // JSON members the call adds to its event, with commas
    std::vector<ChangeRecord> changes;
    identity::PrincipalPtr principal;  // on a refusal also the owner of a refused credential
    bool by_cookie = false;            // the credential is a browser's cookie
    std::optional<identity::InlineFactor> factor;  // that rides on the request; not judged yet
    std::optional<access::Permission> needed;      // what the row asks for
    bool opens_session = false;                    // a WebSocket handshake that can be served
    std::string env_turn;       // the app whose environment is this call's to change (env_turn.hpp)
    bool rack_may_act = false;  // it was sent a change and has not answered
    bool rack_acted = false;    // a handler sent it a change, and it did not say no
    bool recorded = false;      // its end stands (or is queued) in the audit log
    int answered_status = 0;

    // One more of the event's details; `json` is JSON text.
    void add_detail(std::string_view name, std::string_view json) {
        details += ',';
        append_json_string(details, name);
        details += ':';
        details += json;
    }
    [[nodiscard]] std::int32_t elapsed_ms() const {
        return static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                             std::chrono::steady_clock::now() - began)
                                             .count());
    }
};

}  // namespace rgw::api
