#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "rgw/base/clock.hpp"

namespace rgw::audit {

using Hash = std::array<std::byte, 32>;

enum class Phase : std::uint8_t { single, intent, outcome };

// One audit event, in upstream's terms (spec database-audit §2.3, §2.4) plus phase and intent_index.
// The producer fills it; normalise() makes it what is hashed and stored, byte for byte.
struct Event {
    Timestamp at{};
    Phase phase = Phase::single;
    std::optional<std::int64_t> intent_index;  // outcome: the chain index of its intent
    std::string user_email;                    // empty when nobody could be identified
    std::optional<std::string> user_name;
    std::optional<std::int64_t> api_token_id;
    std::optional<std::string> api_token_name;
    std::string action_type;  // convox, auth, users, tokens, gateway, security, admin
    std::string action;       // app.list, process.exec …
    std::optional<std::string> command;
    std::optional<std::string> resource;
    std::optional<std::string> resource_type;
    std::optional<std::string> details;  // JSON text
    std::optional<std::string> request_id;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::string status;                        // success, failed, denied, error, unknown
    std::optional<std::string> rbac_decision;  // allow, deny
    std::optional<std::int32_t> http_status;
    std::int32_t response_time_ms = 0;
    std::int32_t event_count = 1;  // more than 1: identical refusals of unidentified callers, summed up
    std::optional<std::int64_t> deploy_approval_request_id;
};

// Makes every field storable and one way only: time to microseconds (already so by type), text to valid
// UTF-8 without NUL and clipped with a mark to its limit, address in inet's own spelling or absent,
// numbers into their ranges. Never fails: no input can suppress a record.
[[nodiscard]] Event normalise(Event event);

}  // namespace rgw::audit
