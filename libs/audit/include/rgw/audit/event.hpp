#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/clock.hpp"

namespace rgw::audit {

using Hash = std::array<std::byte, 32>;

enum class Phase : std::uint8_t { single, intent, outcome };

// As hashed and stored: "single", "intent", "outcome".
[[nodiscard]] std::string_view name(Phase phase);
[[nodiscard]] std::optional<Phase> parse_phase(std::string_view text);

// One audit event, in upstream's terms (spec database-audit §2.3, §2.4) plus phase and
// intent_index. The producer fills it; normalise() makes it what is hashed and stored, byte for
// byte.
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
    std::string status;                        // success, failed, denied, error, pending, unknown
    std::optional<std::string> rbac_decision;  // allow, deny
    std::optional<std::int32_t> http_status;
    std::int32_t response_time_ms = 0;
    std::int32_t event_count =
        1;  // more than 1: identical refusals of unidentified callers, summed up
    std::optional<std::int64_t> deploy_approval_request_id;
};

// Makes every field storable and one way only: time into the years 1 to 9999, text to valid UTF-8
// without NUL and clipped with a mark to its limit in bytes, details still JSON when clipped,
// address in inet's own spelling or absent, numbers into their ranges, an intent_index on outcomes
// and there only (an outcome of nothing becomes a single event). Never fails: no input can suppress
// a record.
[[nodiscard]] Event normalise(Event event);

// The event that closes an intent whose true outcome nobody will report: who, what and where of the
// intent, `status`, and details {"reason":"…"}; the time between the two as its response time.
[[nodiscard]] Event closing_event(const Event& intent, std::int64_t intent_index, Timestamp now,
                                  std::string_view status, std::string_view reason);

// The event as one line of JSON for stdout: upstream's keys plus chain_index, phase and request_id,
// in alphabetical order. Never the details.
[[nodiscard]] std::string json_line(const Event& event, std::int64_t chain_index);

}  // namespace rgw::audit
