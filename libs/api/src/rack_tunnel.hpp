#pragma once

#include "audit_entry.hpp"
#include "call.hpp"
#include "exit_code.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/tunnel.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::api {

// Carries one authorised WebSocket call to the rack (spec proxy-rbac §1.9, §6.5): the rack is
// dialled first, and the client is let in when it has answered. While the tunnel is open it holds a
// lease on the caller's rights.
class RackTunnel {
public:
    RackTunnel(Services& services, http::Upstream& rack, Call& call, AuditEntry& entry)
        : services_(services), rack_(rack), call_(call), entry_(entry) {}

    // The entry is closed when this returns. An error with no answer begun is the caller's to
    // answer.
    async::Task<Result<void>> run();

private:
    async::Task<Result<Outcome>> open_and_relay();
    // The rack answered, but did not open a session.
    async::Task<Result<Outcome>> relay_refusal(http::WebSocketAnswer refused);
    async::Task<Outcome> relay(http::WebSocket& client, http::WebSocket& rack);
    [[nodiscard]] Outcome outcome_of(const http::TunnelEnd& end) const;

    Services& services_;
    http::Upstream& rack_;
    Call& call_;
    AuditEntry& entry_;
    ExitCodeFinder exit_code_;
    Result<void> lease_;  // an error once the caller may no longer
    Sent sent_ = Sent::no;
};

}  // namespace rgw::api
