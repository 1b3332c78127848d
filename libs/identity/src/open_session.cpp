#include "open_session.hpp"

#include <utility>

namespace rgw::identity {

async::Task<Result<OpenedSession>> open_session(SessionStore& store, SessionLimits limits,
                                                Timestamp now, SessionRequest request,
                                                Deadline deadline) {
    NewSessionText made = create_session_text();
    const Timestamp expires_at = now + limits.idle(request.channel);
    NewSession session{.hash = std::move(made.hash),
                       .user = request.user,
                       .channel = request.channel,
                       .created_at = now,
                       .expires_at = expires_at,
                       .absolute_expires_at = now + limits.absolute(request.channel),
                       .mfa_verified_at = request.mfa_verified_at,
                       .recent_step_up_at = request.recent_step_up_at,
                       .ip_address = std::move(request.ip_address),
                       .user_agent = std::move(request.user_agent),
                       .login_flow = std::move(request.login_flow),
                       .device = std::move(request.device),
                       .trusted_device_id = request.trusted_device_id};
    const Result<SessionId> created = co_await store.create(std::move(session), deadline);
    if (!created) {
        co_return created.error();
    }
    co_return OpenedSession{.id = *created, .text = std::move(made.text), .expires_at = expires_at};
}

}  // namespace rgw::identity
