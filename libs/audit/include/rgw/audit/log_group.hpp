#pragma once

#include <cstdint>
#include <optional>

#include "rgw/audit/verify.hpp"

namespace rgw::audit {

// Neighbours in a walk that say the same: equal in phase, user_email, user_name, api_token_id,
// api_token_name, action_type, action, command, resource, resource_type, details, ip_address,
// user_agent, status, rbac_decision, http_status and deploy_approval_request_id. Times, response
// times, request ids and hashes differ. Neighbours are what no other event the walk shows stands
// between: what a filter leaves out does not part them.
struct Group {
    StoredEvent newest;            // what all of them say
    std::int64_t first_index = 0;  // of the oldest
    std::string first_hash;        // raw bytes, of the oldest
    Timestamp first_seen{};        // the earliest time
    Timestamp last_seen{};         // the latest
    std::int64_t events = 0;       // stored ones
    std::int64_t event_count = 0;  // with those an event stands for (Event::event_count)
    std::int32_t min_response_time_ms = 0;
    std::int32_t max_response_time_ms = 0;
    std::int64_t total_response_time_ms = 0;  // over `events`

    [[nodiscard]] std::int64_t avg_response_time_ms() const {
        return total_response_time_ms / events;
    }
};

[[nodiscard]] bool same_content(const Event& a, const Event& b);

// Groups a walk, newest first. A group is no larger than most_grouped; the next event begins
// another.
class Grouper {
public:
    static constexpr std::int64_t most_grouped = 1000;

    // The group that is complete because `event` is not of it.
    std::optional<Group> add(StoredEvent event);
    // The one that is still open.
    std::optional<Group> finish();

private:
    std::optional<Group> open_;
};

}  // namespace rgw::audit
