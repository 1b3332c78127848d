#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rgw/audit/chain.hpp"
#include "rgw/audit/verify.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/params.hpp"
#include "rgw/pg/rows.hpp"

namespace rgw::storage {

// The columns read_event() wants, in its order; a macro, so that it joins the text of a constant
// query. abbrev() is what inet itself prints: a host without its /32, anything else with its mask.
#define RGW_AUDIT_EVENT_COLUMNS                                                              \
    "e.chain_index, e.format, e.key_id, e.previous_hash, e.event_hash, e.\"timestamp\", "    \
    "e.phase, e.intent_index, e.user_email, e.user_name, e.api_token_id, e.api_token_name, " \
    "e.action_type, e.action, e.command, e.resource, e.resource_type, e.details, "           \
    "e.request_id, abbrev(e.ip_address), e.user_agent, e.status, e.rbac_decision, "          \
    "e.http_status, e.response_time_ms, e.event_count, e.deploy_approval_request_id"

// The parameters of audit.append(), in its order.
[[nodiscard]] pg::Params append_params(const audit::SealedBatch& batch, std::int64_t instance);

// Trusts nothing: what cannot be an event's is named in StoredEvent::unreadable.
[[nodiscard]] audit::StoredEvent read_event(const pg::Row& row);

[[nodiscard]] std::string string_of(const pg::Bytes& bytes);
// None for what has not the length of a hash.
[[nodiscard]] std::optional<audit::Hash> hash_of(const pg::Bytes& bytes);

// From next_index, last_hash, tree. Error: invalid_value.
[[nodiscard]] Result<audit::Head> read_head(const pg::Row& row);

}  // namespace rgw::storage
