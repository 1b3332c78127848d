#include "audit_wire.hpp"

#include "rgw/crypto/encoding.hpp"

namespace rgw::api {
namespace {

// What both shapes say in the same words.
template <class Record>
void describe_event(Record& record, const audit::Event& event) {
    record.phase = audit::name(event.phase);
    record.user_email = event.user_email;
    record.user_name = event.user_name;
    record.api_token_id = event.api_token_id;
    record.api_token_name = event.api_token_name;
    record.action_type = event.action_type;
    record.action = event.action;
    record.command = event.command;
    record.resource = event.resource;
    record.resource_type = event.resource_type;
    record.details = event.details;
    record.request_id = event.request_id;
    record.ip_address = event.ip_address;
    record.user_agent = event.user_agent;
    record.status = event.status;
    record.rbac_decision = event.rbac_decision;
    record.http_status = event.http_status;
    record.deploy_approval_request_id = event.deploy_approval_request_id;
}

}  // namespace

AuditLogEntry entry_of(const audit::Group& group) {
    AuditLogEntry entry;
    entry.id = group.first_index + 1;
    entry.first_event_id = group.first_index + 1;
    entry.last_event_id = group.newest.chain_index + 1;
    entry.first_chain_index = group.first_index;
    entry.last_chain_index = group.newest.chain_index;
    entry.first_seen = group.first_seen;
    entry.last_seen = group.last_seen;
    entry.first_hash = crypto::base64(group.first_hash);
    entry.last_hash = crypto::base64(group.newest.event_hash);
    entry.event_count = group.event_count;
    entry.response_time_ms = group.avg_response_time_ms();
    entry.min_response_time_ms = group.min_response_time_ms;
    entry.max_response_time_ms = group.max_response_time_ms;
    entry.avg_response_time_ms = group.avg_response_time_ms();
    describe_event(entry, group.newest.event);
    if (group.events > 1) {
        entry.request_id.reset();  // each has its own
    }
    return entry;
}

AuditEventRecord record_of(const audit::StoredEvent& stored) {
    AuditEventRecord record;
    record.id = stored.chain_index + 1;
    record.timestamp = stored.event.at;
    record.chain_index = stored.chain_index;
    if (stored.previous_hash) {
        record.previous_hash = crypto::base64(*stored.previous_hash);
    }
    record.event_hash = crypto::base64(stored.event_hash);
    record.intent_index = stored.event.intent_index;
    record.response_time_ms = stored.event.response_time_ms;
    record.event_count = stored.event.event_count;
    describe_event(record, stored.event);
    return record;
}

}  // namespace rgw::api
