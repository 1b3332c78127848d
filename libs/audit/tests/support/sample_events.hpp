#pragma once

#include <chrono>
#include <string>

#include "rgw/audit/chain.hpp"

namespace rgw::audit {

inline Key sample_key(std::string secret = "a key for tests") {
    return Key(Secret(std::move(secret)));
}

// What a proxied read looks like.
inline Event sample_event(std::string resource = "all") {
    Event event;
    event.at = Timestamp(std::chrono::microseconds(1'795'381'744'123'456));
    event.user_email = "alice@example.com";
    event.user_name = "Alice";
    event.action_type = "convox";
    event.action = "app.list";
    event.resource = std::move(resource);
    event.resource_type = "app";
    event.details = R"({"method":"GET","path":"/apps"})";
    event.request_id = "01KAPWZ3ZC8Y4T5N6R7Q8V9W0X";
    event.ip_address = "192.0.2.7";
    event.user_agent = "convox/3.18.9";
    event.status = "success";
    event.rbac_decision = "allow";
    event.http_status = 200;
    event.response_time_ms = 12;
    return event;
}

// Every field present.
inline Event full_event() {
    Event event = sample_event("web");
    event.phase = Phase::outcome;
    event.intent_index = 41;
    event.api_token_id = 7;
    event.api_token_name = "deploy";
    event.command = "bin/migrate";
    event.event_count = 3;
    event.deploy_approval_request_id = 99;
    return event;
}

}  // namespace rgw::audit
