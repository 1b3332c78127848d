#include "rgw/audit/log_group.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace rgw::audit {
namespace {

auto content(const Event& e) {
    return std::tie(e.phase, e.user_email, e.user_name, e.api_token_id, e.api_token_name,
                    e.action_type, e.action, e.command, e.resource, e.resource_type, e.details,
                    e.ip_address, e.user_agent, e.status, e.rbac_decision, e.http_status,
                    e.deploy_approval_request_id);
}

void join(Group& group, const StoredEvent& older) {
    const Event& event = older.event;
    group.first_index = older.chain_index;
    group.first_hash = older.event_hash;
    group.first_seen = std::min(group.first_seen, event.at);
    group.last_seen = std::max(group.last_seen, event.at);
    group.events += 1;
    group.event_count += event.event_count;
    group.min_response_time_ms = std::min(group.min_response_time_ms, event.response_time_ms);
    group.max_response_time_ms = std::max(group.max_response_time_ms, event.response_time_ms);
    group.total_response_time_ms += event.response_time_ms;
}

Group begin(StoredEvent event) {
    Group group;
    group.first_seen = group.last_seen = event.event.at;
    group.min_response_time_ms = group.max_response_time_ms = event.event.response_time_ms;
    join(group, event);
    group.newest = std::move(event);
    return group;
}

}  // namespace

bool same_content(const Event& a, const Event& b) {
    return content(a) == content(b);
}

std::optional<Group> Grouper::add(StoredEvent event) {
    if (open_ && open_->events < most_grouped && same_content(open_->newest.event, event.event)) {
        join(*open_, event);
        return std::nullopt;
    }
    return std::exchange(open_, begin(std::move(event)));
}

std::optional<Group> Grouper::finish() {
    return std::exchange(open_, std::nullopt);
}

}  // namespace rgw::audit
