#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"

namespace rgw::audit {

// Which events a reader of the log wants; everything that is set must hold.
struct Filter {
    std::optional<std::string> user_email;
    // Asked for by number; the reader turns it into the user's e-mail.
    std::optional<UserId> user_id;
    std::optional<std::string> status;
    std::optional<std::string> action_type;
    std::optional<std::string> action;
    std::optional<std::string> resource_type;
    std::optional<std::string> resource;  // itself or what is below it: "shop" also "shop/KEY"
    std::optional<std::string> decision;
    std::optional<std::string> request_id;
    std::optional<std::int64_t> deploy_approval_request_id;
    // Somewhere in user_email, user_name, api_token_name, action, resource, details, ip_address or
    // user_agent, whatever the case; % and _ mean themselves.
    std::optional<std::string> search;
    std::optional<Timestamp> start;  // event times, both inclusive
    std::optional<Timestamp> end;
};

// The filter's query parameters as they came, percent-decoded; empty when not given.
struct FilterText {
    std::string user;
    std::string user_id;
    std::string status;
    std::string action_type;
    std::string action;
    std::string resource_type;
    std::string resource;
    std::string decision;
    std::string request_id;
    std::string search;
    std::string start;
    std::string end;
    std::string range;
};

inline constexpr std::size_t most_filter_bytes = 255;

// Spec http-api §16.1 with our additions. "all" means no filter (not for user, request_id and
// search); `user` wins over `user_id`, which is ignored when it is no number; `start` wins over
// `range` (15m 1h 24h 7d 30d, back from `now`; all and custom: no lower bound; anything else: 24h).
// Errors: invalid_request with the whole text for the caller: "invalid start time", "invalid end
// time", "end time must be after start time", and "invalid <parameter>" for a value that is longer
// than most_filter_bytes, not UTF-8 or has control characters.
[[nodiscard]] Result<Filter> parse_filter(const FilterText& text, Timestamp now);

// 2006-01-02T15:04[:05[.999999]] with Z, ±hh:mm or no zone, which means UTC. Error:
// invalid_request.
[[nodiscard]] Result<Timestamp> parse_moment(std::string_view text);

// When a request id of ours (a ULID) was made; nothing when the text is none.
[[nodiscard]] std::optional<Timestamp> time_of_request_id(std::string_view id);

}  // namespace rgw::audit
