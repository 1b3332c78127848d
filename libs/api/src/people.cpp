#include "people.hpp"

#include "rgw/api/live_sessions.hpp"
#include "rgw/base/text.hpp"
#include "rgw/identity/seed.hpp"

namespace rgw::api {
namespace {

Error no_such_user() {
    return {Errc::not_found, "user not found"};
}

}  // namespace

Result<std::string> address_in_path(const GatewayCall& call) {
    Result<std::string> address = identity::parse_email(call.path("email"));
    return address ? address : no_such_user();
}

async::Task<Result<identity::UserProfile>> load_user_in_path(GatewayCall call) {
    Result<std::string> address = address_in_path(call);
    if (!address) {
        co_return address.error();
    }
    auto found = co_await call.services().people->users.find(std::move(*address),
                                                             deadline_in(people_patience));
    if (!found) {
        co_return found.error();
    }
    if (!*found) {
        co_return no_such_user();
    }
    co_return std::move(**found);
}

void rights_changed(const Services& services, UserId user) {
    services.authenticator.invalidate_user(user);
    services.sessions.doubt_user(user);
}

void rights_changed(const Services& services, ApiTokenId token) {
    services.authenticator.invalidate_token(token);
    services.sessions.doubt_token(token);
}

void rights_changed(const Services& services, SessionId session) {
    services.authenticator.invalidate_session(session);
    services.sessions.doubt_session(session);
}

std::string json_text(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    return json;
}

std::string json_texts(std::span<const std::string> texts) {
    std::string json = "[";
    for (const std::string& text : texts) {
        json += json.size() > 1 ? "," : "";
        append_json_string(json, text);
    }
    return json + "]";
}

}  // namespace rgw::api
