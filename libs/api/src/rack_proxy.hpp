#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "audit_entry.hpp"
#include "call.hpp"
#include "rgw/api/live_sessions.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/async/task_group.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::api {

// Carries one authorised call to the rack and its answer back, in bounded memory: a chunk is read,
// then written, then the next is read. The request is made from what was matched, never copied.
class RackProxy {
public:
    RackProxy(Services& services, http::Upstream& rack, Call& call, AuditEntry& entry)
        : services_(services),
          rack_(rack),
          call_(call),
          entry_(entry),
          upload_(call.exchange.loop()) {}

    // `inspected_body` is sent instead of the client's when the route inspects it. The entry is
    // closed when this returns, whatever happened; an error with no answer begun is the caller's to
    // answer.
    async::Task<Result<void>> run(std::string inspected_body);
    // Ends what is left of the client's body, after the client was answered (or cut off), which
    // ends a read that still waits for it. Must be awaited after run().
    async::Task<void> end_upload();

private:
    async::Task<Result<void>> exchange_with_rack(const std::string& inspected_body);
    [[nodiscard]] http::OutRequest build_request(const std::string& inspected_body) const;
    // Copies the client's body to the rack while the answer is awaited (a rack may answer early).
    async::Task<void> upload();
    void give_up_when_client_leaves();
    // A stream goes on only while its caller may.
    [[nodiscard]] LiveSessions::Lease hold_lease();
    async::Task<Result<void>> answer(const http::ResponseHead& head);
    async::Task<Result<void>> relay(const http::ResponseHead& head);
    async::Task<Result<void>> relay_masked(const http::ResponseHead& head);
    // The rack's status with these words instead of its own.
    async::Task<Result<void>> tell_error(int status, std::string_view text);
    [[nodiscard]] http::OutHead build_answer(const http::ResponseHead& head);
    [[nodiscard]] bool is_read() const { return !call_.rack->route->mutating; }
    [[nodiscard]] bool sends_client_body() const;
    [[nodiscard]] std::chrono::milliseconds head_timeout() const;

    Services& services_;
    http::Upstream& rack_;
    Call& call_;
    AuditEntry& entry_;
    async::TaskGroup upload_;
    std::unique_ptr<http::UpstreamCall> rack_call_;
    Result<void> client_;  // an error once the client has left, or may no longer
    Sent sent_ = Sent::no;
};

}  // namespace rgw::api
