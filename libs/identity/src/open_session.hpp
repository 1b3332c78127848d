#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/identity/session.hpp"
#include "rgw/identity/session_store.hpp"

namespace rgw::identity {

struct SessionRequest {
    UserId user;
    Channel channel = Channel::web;
    std::optional<Timestamp> mfa_verified_at;
    std::optional<Timestamp> recent_step_up_at = std::nullopt;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::string login_flow;
    std::optional<Device> device = std::nullopt;
    std::optional<std::int64_t> trusted_device_id = std::nullopt;
};

struct OpenedSession {
    SessionId id;
    Secret text;
    Timestamp expires_at{};
};

// A new session of a person who has been let in. Errors: not_found (the user is gone); database_*.
async::Task<Result<OpenedSession>> open_session(SessionStore& store, SessionLimits limits,
                                                Timestamp now, SessionRequest request,
                                                Deadline deadline);

}  // namespace rgw::identity
