#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rgw/audit/log_group.hpp"
#include "wire.hpp"

// How the audit log is shown. For source files only, as wire.hpp is.
namespace rgw::api {

// Spec http-api §16.1; id is that of the oldest event, so that it stays while the entry grows.
struct AuditLogEntry {
    std::int64_t id = 0;
    std::int64_t first_event_id = 0;
    std::int64_t last_event_id = 0;
    std::int64_t first_chain_index = 0;
    std::int64_t last_chain_index = 0;
    Timestamp first_seen;
    Timestamp last_seen;
    std::string first_hash;
    std::string last_hash;
    std::int64_t event_count = 0;
    std::int64_t response_time_ms = 0;
    std::int64_t min_response_time_ms = 0;
    std::int64_t max_response_time_ms = 0;
    std::int64_t avg_response_time_ms = 0;
    std::string phase;
    std::string user_email;
    std::optional<std::string> user_name;
    std::optional<std::int64_t> api_token_id;
    std::optional<std::string> api_token_name;
    std::string action_type;
    std::string action;
    std::optional<std::string> command;
    std::optional<std::string> resource;
    std::optional<std::string> resource_type;
    std::optional<std::string> details;
    std::optional<std::string> request_id;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::string status;
    std::optional<std::string> rbac_decision;
    std::optional<std::int64_t> http_status;
    std::optional<std::int64_t> deploy_approval_request_id;
};
RGW_WIRE(AuditLogEntry, id, first_event_id, last_event_id, first_chain_index, last_chain_index,
         first_seen, last_seen, first_hash, last_hash, event_count, response_time_ms,
         min_response_time_ms, max_response_time_ms, avg_response_time_ms, phase, user_email,
         user_name, api_token_id, api_token_name, action_type, action, command, resource,
         resource_type, details, request_id, ip_address, user_agent, status, rbac_decision,
         http_status, deploy_approval_request_id)

// §16.3, with phase and intent_index.
struct AuditEventRecord {
    std::int64_t id = 0;
    Timestamp timestamp;
    std::int64_t chain_index = 0;
    std::optional<std::string> previous_hash;
    std::string event_hash;
    std::string phase;
    std::optional<std::int64_t> intent_index;
    std::string user_email;
    std::optional<std::string> user_name;
    std::optional<std::int64_t> api_token_id;
    std::optional<std::string> api_token_name;
    std::string action_type;
    std::string action;
    std::optional<std::string> command;
    std::optional<std::string> resource;
    std::optional<std::string> resource_type;
    std::optional<std::string> details;
    std::optional<std::string> request_id;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::string status;
    std::optional<std::string> rbac_decision;
    std::optional<std::int64_t> http_status;
    std::int64_t response_time_ms = 0;
    std::int64_t event_count = 0;
    std::optional<std::int64_t> deploy_approval_request_id;
};
RGW_WIRE(AuditEventRecord, id, timestamp, chain_index, previous_hash, event_hash, phase,
         intent_index, user_email, user_name, api_token_id, api_token_name, action_type, action,
         command, resource, resource_type, details, request_id, ip_address, user_agent, status,
         rbac_decision, http_status, response_time_ms, event_count, deploy_approval_request_id)

[[nodiscard]] AuditLogEntry entry_of(const audit::Group& group);
[[nodiscard]] AuditEventRecord record_of(const audit::StoredEvent& stored);

}  // namespace rgw::api
