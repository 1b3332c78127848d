#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "handlers.hpp"
#include "people.hpp"
#include "rgw/identity/api_tokens.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

struct ApiToken {
    std::int64_t id = 0;
    std::string public_id;
    std::string name;
    std::int64_t user_id = 0;
    std::string user_email;
    std::optional<std::int64_t> created_by_user_id;
    std::optional<std::string> created_by_email;
    std::optional<std::string> created_by_name;
    std::vector<std::string> permissions;
    Timestamp created_at{};
    Nullable<Timestamp> expires_at;
    Nullable<Timestamp> last_used_at;
    // While the text from before the last rotation is good, too.
    std::optional<Timestamp> previous_token_expires_at;
};
RGW_WIRE(ApiToken, id, public_id, name, user_id, user_email, created_by_user_id, created_by_email,
         created_by_name, permissions, created_at, expires_at, last_used_at,
         previous_token_expires_at)

struct ApiTokenCreation {
    std::optional<std::string> name;
    std::optional<std::string> user_email;
    std::optional<std::string> role;
    std::optional<std::vector<std::string>> permissions;
    std::optional<Timestamp> expires_at;
};
RGW_WIRE(ApiTokenCreation, name, user_email, role, permissions, expires_at)

// The text is in no other answer.
struct IssuedApiToken {
    std::string token;
    std::int64_t id = 0;
    std::string name;
    std::vector<std::string> permissions;
    ApiToken api_token;
};
RGW_WIRE(IssuedApiToken, token, id, name, permissions, api_token)

struct ApiTokenUpdate {
    std::optional<std::string> name;
    std::optional<std::vector<std::string>> permissions;
};
RGW_WIRE(ApiTokenUpdate, name, permissions)

struct ApiTokenRotation {
    std::optional<std::int64_t> overlap_minutes;
    std::optional<Timestamp> expires_at;
};
RGW_WIRE(ApiTokenRotation, overlap_minutes, expires_at)

ApiToken as_token(const identity::TokenProfile& profile, Timestamp now) {
    ApiToken token{.id = profile.id.value,
                   .public_id = profile.public_id,
                   .name = profile.name,
                   .user_id = profile.owner.id.value,
                   .user_email = profile.owner.email,
                   .permissions = profile.permissions,
                   .created_at = profile.created_at,
                   .expires_at = {profile.expires_at},
                   .last_used_at = {profile.last_used_at}};
    if (profile.created_by) {
        token.created_by_user_id = profile.created_by->id.value;
        token.created_by_email = profile.created_by->email;
        token.created_by_name = profile.created_by->name;
    }
    if (profile.old_text_until && *profile.old_text_until > now) {
        token.previous_token_expires_at = profile.old_text_until;
    }
    return token;
}

Reply issued_reply(const identity::IssuedToken& issued, Timestamp now) {
    return json_reply(IssuedApiToken{.token = std::string(issued.text.expose()),
                                     .id = issued.token.id.value,
                                     .name = issued.token.name,
                                     .permissions = issued.token.permissions,
                                     .api_token = as_token(issued.token, now)});
}

identity::TokenActor actor_of(const GatewayCall& call) {
    return identity::actor_of(*call.principal());
}

// An event names a token by its name and its public id.
void describe(GatewayCall& call, const identity::TokenProfile& token) {
    call.name_resource(token.name);
    call.add_detail("public_id", json_text(token.public_id));
    call.add_detail("owner", json_text(token.owner.email));
}

async::Task<Result<Reply>> answer_tokens(GatewayCall call) {
    const Services& services = call.services();
    const auto found =
        co_await services.people->tokens.list(actor_of(call), deadline_in(people_patience));
    if (!found) {
        co_return found.error();
    }
    std::vector<ApiToken> tokens;
    tokens.reserve(found->size());
    for (const identity::TokenProfile& profile : *found) {
        tokens.push_back(as_token(profile, services.clock.now()));
    }
    co_return json_reply(tokens);
}

async::Task<Result<Reply>> answer_token(GatewayCall call) {
    const Services& services = call.services();
    const auto found = co_await services.people->tokens.load(actor_of(call), call.path("token"),
                                                             deadline_in(people_patience));
    if (!found) {
        co_return found.error();
    }
    co_return json_reply(as_token(*found, services.clock.now()));
}

async::Task<Result<Reply>> answer_creation(GatewayCall call) {
    const Services& services = call.services();
    Result<ApiTokenCreation> body = read_body<ApiTokenCreation>(call);
    if (!body) {
        co_return body.error();
    }
    call.name_resource(body->name.value_or(""));
    identity::TokenRequest request{
        .name = body->name.value_or(""),
        .permissions = body->permissions.value_or(std::vector<std::string>()),
        .role = body->role,
        .expires_at = body->expires_at};
    call.add_detail("permissions", json_texts(request.permissions));
    const auto issued = co_await services.people->tokens.create(
        actor_of(call), std::move(request), body->user_email, deadline_in(people_patience));
    if (!issued) {
        co_return issued.error();
    }
    describe(call, issued->token);
    co_return issued_reply(*issued, services.clock.now());
}

async::Task<Result<Reply>> answer_update(GatewayCall call) {
    const Services& services = call.services();
    Result<ApiTokenUpdate> body = read_body<ApiTokenUpdate>(call);
    if (!body) {
        co_return body.error();
    }
    identity::TokenUpdate wanted{.name = std::move(body->name),
                                 .permissions = std::move(body->permissions)};
    const auto changed = co_await services.people->tokens.update(
        actor_of(call), call.path("token"), std::move(wanted), deadline_in(people_patience));
    if (!changed) {
        co_return changed.error();
    }
    rights_changed(services, changed->after.id);
    describe(call, changed->after);
    if (changed->before.permissions != changed->after.permissions) {
        call.add_detail("permissions", R"({"before":)" + json_texts(changed->before.permissions) +
                                           R"(,"after":)" + json_texts(changed->after.permissions) +
                                           "}");
    }
    if (changed->before.name != changed->after.name) {
        call.add_detail("name_before", json_text(changed->before.name));
    }
    co_return json_reply(as_token(changed->after, services.clock.now()));
}

async::Task<Result<Reply>> answer_rotation(GatewayCall call) {
    const Services& services = call.services();
    // Without a body: an hour's overlap, as the token lives.
    Result<ApiTokenRotation> body = ApiTokenRotation();
    if (!call.body().empty()) {
        body = read_body<ApiTokenRotation>(call);
    }
    if (!body) {
        co_return body.error();
    }
    constexpr std::int64_t too_long = identity::longest_overlap.count() + 1;
    const std::int64_t minutes = body->overlap_minutes.value_or(identity::default_overlap.count());
    const identity::RotationRequest request{
        .overlap = std::chrono::minutes(std::clamp<std::int64_t>(minutes, -1, too_long)),
        .expires_at = body->expires_at};
    call.add_detail("overlap_minutes", std::to_string(minutes));
    const auto issued = co_await services.people->tokens.rotate(
        actor_of(call), call.path("token"), request, deadline_in(people_patience));
    if (!issued) {
        co_return issued.error();
    }
    rights_changed(services, issued->token.id);
    describe(call, issued->token);
    co_return issued_reply(*issued, services.clock.now());
}

async::Task<Result<Reply>> answer_deletion(GatewayCall call) {
    const Services& services = call.services();
    const auto removed = co_await services.people->tokens.remove(actor_of(call), call.path("token"),
                                                                 deadline_in(people_patience));
    if (!removed) {
        co_return removed.error();
    }
    rights_changed(services, removed->before.id);
    describe(call, removed->before);
    co_return no_content();
}

}  // namespace

const Operation list_api_tokens{.handle = answer_tokens,
                                .summary =
                                    "The caller's API tokens, or everybody's for those who "
                                    "may see them; the newest first",
                                .answer = shape<std::vector<ApiToken>>};
const Operation get_api_token{
    .handle = answer_token, .summary = "An API token by its public id", .answer = shape<ApiToken>};
const Operation create_api_token{.handle = answer_creation,
                                 .summary = "A new API token; its text is in this answer only",
                                 .body = shape<ApiTokenCreation>,
                                 .answer = shape<IssuedApiToken>};
const Operation update_api_token{.handle = answer_update,
                                 .summary = "Changes an API token's name or permissions",
                                 .body = shape<ApiTokenUpdate>,
                                 .answer = shape<ApiToken>};
const Operation rotate_api_token{
    .handle = answer_rotation,
    .summary = "A new text for an API token; the one before is good for the overlap",
    .body = shape<ApiTokenRotation>,
    .answer = shape<IssuedApiToken>};
const Operation delete_api_token{
    .handle = answer_deletion, .summary = "Removes an API token", .status = 204};

}  // namespace rgw::api
