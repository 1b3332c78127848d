#pragma once

#include <string_view>

#include "rgw/audit/event.hpp"

namespace rgw::audit {

// Calls `visit(name, field)` for every field. A field that is added to Event does not compile until
// it is named here.
template <class AnyEvent, class Visit>
void for_each_field(AnyEvent& event, Visit visit) {
    auto& [at, phase, intent_index, user_email, user_name, api_token_id, api_token_name,
           action_type, action, command, resource, resource_type, details, request_id, ip_address,
           user_agent, status, rbac_decision, http_status, response_time_ms, event_count,
           deploy_approval_request_id] = event;
    visit("at", at);
    visit("phase", phase);
    visit("intent_index", intent_index);
    visit("user_email", user_email);
    visit("user_name", user_name);
    visit("api_token_id", api_token_id);
    visit("api_token_name", api_token_name);
    visit("action_type", action_type);
    visit("action", action);
    visit("command", command);
    visit("resource", resource);
    visit("resource_type", resource_type);
    visit("details", details);
    visit("request_id", request_id);
    visit("ip_address", ip_address);
    visit("user_agent", user_agent);
    visit("status", status);
    visit("rbac_decision", rbac_decision);
    visit("http_status", http_status);
    visit("response_time_ms", response_time_ms);
    visit("event_count", event_count);
    visit("deploy_approval_request_id", deploy_approval_request_id);
}

}  // namespace rgw::audit
