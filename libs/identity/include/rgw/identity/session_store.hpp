#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"
#include "rgw/identity/session.hpp"

namespace rgw::identity {

// A stored session with its user, as one query gives them.
struct SessionRecord {
    SessionId id;
    Channel channel = Channel::web;
    Timestamp expires_at{};           // the idle limit, moved on by activity
    Timestamp absolute_expires_at{};  // never moved on
    bool revoked = false;
    std::optional<Timestamp> mfa_verified_at;
    std::optional<Timestamp> recent_step_up_at;
    std::optional<std::int64_t> trusted_device_id;  // the browser it was opened in, if trusted
    UserId user_id;
    std::string user_email;
    std::string user_name;
    std::vector<std::string> user_roles;
    bool user_suspended = false;
    bool user_locked = false;
    bool user_mfa_enrolled = false;
    bool user_mfa_enforced = false;
    std::optional<std::string> user_preferred_factor;  // "totp", "webauthn"
};

// What a command line says of the machine it runs on.
struct Device {
    std::optional<std::string> id;  // a UUID
    std::string name;               // at most 150 characters are kept
    std::string os;
    std::string client_version;
};

struct NewSession {
    std::string hash;  // lower-case hex SHA-256 of the session's text
    UserId user;
    Channel channel = Channel::web;
    Timestamp created_at{};
    Timestamp expires_at{};
    Timestamp absolute_expires_at{};
    std::optional<Timestamp> mfa_verified_at;
    std::optional<Timestamp> recent_step_up_at = std::nullopt;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;  // at most 512 characters are kept
    std::string login_flow;  // metadata.login_flow: "web", "cli-mfa", "cli", "device"
    std::optional<Device> device;
    std::optional<std::int64_t> trusted_device_id = std::nullopt;  // of that user
};

// The last use of a session, and the idle limit that follows from it.
struct SessionUse {
    SessionId id;
    Timestamp at{};
    Timestamp expires_at{};
};

// An active session as lists show it.
struct SessionSummary {
    SessionId id;
    Channel channel = Channel::web;
    Timestamp created_at{};
    Timestamp last_seen_at{};
    Timestamp expires_at{};
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    std::optional<std::string> metadata;  // JSON object
};

// The port the PostgreSQL store implements (libs/storage); a memory store passes the same contract
// test.
class SessionStore {
public:
    virtual ~SessionStore() = default;
    // Also finds one that is over or revoked: the refusal says so.
    virtual async::Task<Result<std::optional<SessionRecord>>> find_session(std::string hash,
                                                                           Deadline deadline) = 0;
    // Error: not_found (no such user).
    virtual async::Task<Result<SessionId>> create(NewSession session, Deadline deadline) = 0;
    // Moves last use and idle limit on, never back, never beyond the absolute limit, and never that
    // of a revoked session.
    virtual async::Task<Result<void>> touch(std::vector<SessionUse> uses, Deadline deadline) = 0;
    // Of sessions that are not over at `now`: none is idle until later than an idle limit from now,
    // and none lives for longer than the absolute limit of its channel. How many that changed.
    virtual async::Task<Result<std::int64_t>> shorten(SessionLimits limits, Timestamp now,
                                                      Deadline deadline) = 0;
    // False when it was revoked already, or there is none of that user.
    virtual async::Task<Result<bool>> revoke(UserId user, SessionId session, Timestamp at,
                                             std::string reason, Deadline deadline) = 0;
    // Whether that session is or was that user's.
    virtual async::Task<Result<bool>> has_session(UserId user, SessionId session,
                                                  Deadline deadline) = 0;
    // How many there were.
    virtual async::Task<Result<std::int64_t>> revoke_all(UserId user, Timestamp at,
                                                         std::string reason, Deadline deadline) = 0;
    // Those that are neither revoked nor over at `now`, the one used last first.
    virtual async::Task<Result<std::vector<SessionSummary>>> list_active(UserId user, Timestamp now,
                                                                         Deadline deadline) = 0;
};

}  // namespace rgw::identity
