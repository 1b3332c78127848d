#include <charconv>
#include <string>
#include <utility>

#include "handlers.hpp"
#include "people.hpp"
#include "rgw/access/decision.hpp"
#include "rgw/base/json.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

using access::Permission;

struct SessionMetadata {
    std::optional<std::string> login_flow;
    std::int64_t ttl_seconds = 0;
};
RGW_WIRE(SessionMetadata, login_flow, ttl_seconds)

// Times to the second, as texts.
struct UserSession {
    std::int64_t id = 0;
    std::string created_at;
    std::string last_seen_at;
    std::string expires_at;
    std::string channel;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    SessionMetadata metadata;
};
RGW_WIRE(UserSession, id, created_at, last_seen_at, expires_at, channel, ip_address, user_agent,
         metadata)

struct SessionRevoked {
    bool revoked = false;
};
RGW_WIRE(SessionRevoked, revoked)

struct SessionsRevoked {
    std::int64_t revoked_count = 0;
};
RGW_WIRE(SessionsRevoked, revoked_count)

constexpr std::size_t longest_metadata = 16UL * 1024;

// What is stored with a session may hold more than others should see.
SessionMetadata metadata_of(const identity::SessionSummary& session) {
    const auto span = session.expires_at - session.last_seen_at;
    SessionMetadata shown{.ttl_seconds =
                              std::chrono::duration_cast<std::chrono::seconds>(span).count()};
    const auto stored =
        parse_json_object(session.metadata.value_or("{}"), {.bytes = longest_metadata, .depth = 8});
    if (stored) {
        if (const std::string_view flow = text_member(*stored, "login_flow"); !flow.empty()) {
            shown.login_flow = flow;
        }
    }
    return shown;
}

UserSession as_session(const identity::SessionSummary& session) {
    return {.id = session.id.value,
            .created_at = rfc3339_seconds(session.created_at),
            .last_seen_at = rfc3339_seconds(session.last_seen_at),
            .expires_at = rfc3339_seconds(session.expires_at),
            .channel = std::string(identity::name(session.channel)),
            .ip_address = session.ip_address,
            .user_agent = session.user_agent,
            .metadata = metadata_of(session)};
}

// The user of the path: the caller, or with that permission anybody. Errors: not_found,
// permission_denied.
async::Task<Result<UserId>> user_within_reach(GatewayCall call, Permission of_others) {
    const Result<identity::UserProfile> user = co_await load_user_in_path(call);
    if (!user) {
        co_return user.error();
    }
    if (user->user.id != call.principal()->user_id) {
        const Result<void> decided = access::decide(call.principal()->permissions, of_others);
        if (!decided) {
            co_return decided.error();
        }
    }
    co_return user->user.id;
}

std::optional<SessionId> session_in_path(const GatewayCall& call) {
    const std::string& text = call.path("session");
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    const bool whole = error == std::errc() && end == text.data() + text.size() && id > 0;
    return whole ? std::optional(SessionId{id}) : std::nullopt;
}

async::Task<Result<Reply>> answer_sessions(GatewayCall call) {
    const Services& services = call.services();
    const Result<UserId> user = co_await user_within_reach(call, Permission::gateway_session_list);
    if (!user) {
        co_return user.error();
    }
    const auto found = co_await services.people->sessions.list_active(*user, services.clock.now(),
                                                                      deadline_in(people_patience));
    if (!found) {
        co_return found.error();
    }
    std::vector<UserSession> sessions;
    for (const identity::SessionSummary& session : *found) {
        sessions.push_back(as_session(session));
    }
    co_return json_reply(sessions);
}

async::Task<Result<Reply>> answer_revocation(GatewayCall call) {
    const Services& services = call.services();
    const auto session = session_in_path(call);
    if (!session) {
        co_return Error(Errc::invalid_request, "invalid session id");
    }
    call.add_detail("session_id", std::to_string(session->value));
    const Result<UserId> user =
        co_await user_within_reach(call, Permission::gateway_session_manage);
    if (!user) {
        co_return user.error();
    }
    identity::SessionStore& sessions = services.people->sessions;
    const Result<bool> owned =
        co_await sessions.has_session(*user, *session, deadline_in(people_patience));
    if (!owned) {
        co_return owned.error();
    }
    if (!*owned) {
        co_return Error(Errc::not_found, "session not found");
    }
    const Result<bool> revoked = co_await sessions.revoke(*user, *session, services.clock.now(),
                                                          "revoked by " + call.principal()->email,
                                                          deadline_in(people_patience));
    if (!revoked) {
        co_return revoked.error();
    }
    rights_changed(services, *session);
    co_return json_reply(SessionRevoked{.revoked = *revoked});
}

async::Task<Result<Reply>> answer_revocation_of_all(GatewayCall call) {
    const Services& services = call.services();
    const Result<UserId> user =
        co_await user_within_reach(call, Permission::gateway_session_manage);
    if (!user) {
        co_return user.error();
    }
    const Result<std::int64_t> count = co_await services.people->sessions.revoke_all(
        *user, services.clock.now(), "revoked by " + call.principal()->email,
        deadline_in(people_patience));
    if (!count) {
        co_return count.error();
    }
    rights_changed(services, *user);
    call.add_detail("revoked_count", std::to_string(*count));
    co_return json_reply(SessionsRevoked{.revoked_count = *count});
}

}  // namespace

const Operation list_user_sessions{.handle = answer_sessions,
                                   .summary = "A user's active sessions, the one used last first",
                                   .answer = shape<std::vector<UserSession>>};
const Operation revoke_user_session{.handle = answer_revocation,
                                    .summary = "Ends one session of a user",
                                    .answer = shape<SessionRevoked>};
const Operation revoke_user_sessions{.handle = answer_revocation_of_all,
                                     .summary = "Ends all sessions of a user",
                                     .answer = shape<SessionsRevoked>};

}  // namespace rgw::api
