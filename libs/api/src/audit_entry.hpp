#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/audit/event.hpp"
#include "rgw/base/error.hpp"

namespace rgw::api {

// What passed through a session's tunnel, and how it ended.
struct SessionFigures {
    std::uint64_t bytes_to_rack = 0;
    std::uint64_t bytes_to_client = 0;
    std::string_view ended_by;  // client, rack, gateway
    std::uint16_t close_code = 0;
    std::optional<int> exit_code;
};

// What came of a call that was let through.
struct Outcome {
    std::string_view status;          // success, failed, denied, error, unknown
    int http_status = 0;              // what the caller is answered
    std::optional<Errc> reason = {};  // when it did not go as asked
    std::optional<SessionFigures> session = {};
};

// The outcome of an answer of the rack: below 400 success, 4xx failed, else error.
[[nodiscard]] Outcome outcome_of_status(int http_status);
// The outcome of a call whose handler gave an error: denied or failed, nothing was changed; unknown
// where the database did not say what became of the change.
[[nodiscard]] Outcome outcome_of_refusal(const Error& error);
// The outcome of a call that got no answer. Whether the rack acted is unknown once the request was
// sent.
enum class Sent : std::uint8_t { no, yes };
[[nodiscard]] Outcome outcome_of_error(const Error& error, Sent sent);

// The audit record of one authorised call (design §2.1). A mutating call has an intent, durable
// before open() returns, and an outcome; any other call has one event, durable before close()
// returns. Its changes are events of their own, durable with the outcome. close() must
// be awaited exactly once after open() succeeded; further calls do nothing.
class AuditEntry {
public:
    AuditEntry(Services& services, Call& call) : services_(services), call_(call) {}

    // Errors: audit_unavailable, overloaded: the call must not happen then.
    async::Task<Result<void>> open();
    // Errors for a read: audit_unavailable: its answer must not be released. For a mutating call:
    // audit_outcome_pending: the outcome stays queued and is written when the database is back.
    async::Task<Result<void>> close(Outcome outcome);

private:
    async::Task<void> write_change(const ChangeRecord& change, int http_status, Deadline deadline,
                                   Result<void>& all_written);

    Services& services_;
    Call& call_;
    std::optional<std::int64_t> intent_index_;
};

// The event of a refused call: identity as far as it is known, the route as far as it matched.
[[nodiscard]] audit::Event refusal_event(const Call& call, const Error& error);
// The beginning of an event about signing in or out: when, from where, who as far as it is known.
[[nodiscard]] audit::Event sign_in_event(const Call& call, std::string action, std::string email);
// The event of bytes that never became a request.
[[nodiscard]] audit::Event malformed_request_event(Timestamp now, std::string_view client_address,
                                                   const Error& error,
                                                   std::string_view partial_line);

}  // namespace rgw::api
