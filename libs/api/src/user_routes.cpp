#include <string>
#include <utility>

#include "handlers.hpp"
#include "people.hpp"
#include "rgw/identity/user_rules.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

struct User {
    std::int64_t id = 0;
    std::string email;
    std::string name;
    std::vector<std::string> roles;
    Timestamp created_at{};
    Timestamp updated_at{};
    bool suspended = false;
    bool mfa_enrolled = false;
    std::optional<Timestamp> mfa_enforced_at;
    std::optional<std::string> preferred_mfa_method;
    std::optional<Timestamp> locked_at;
    std::optional<std::string> locked_reason;
    std::optional<std::int64_t> locked_by_user_id;
    std::optional<std::string> locked_by_email;
    std::optional<std::string> locked_by_name;
    std::optional<std::int64_t> created_by_user_id;
    std::optional<std::string> created_by_email;
    std::optional<std::string> created_by_name;
};
RGW_WIRE(User, id, email, name, roles, created_at, updated_at, suspended, mfa_enrolled,
         mfa_enforced_at, preferred_mfa_method, locked_at, locked_reason, locked_by_user_id,
         locked_by_email, locked_by_name, created_by_user_id, created_by_email, created_by_name)

struct UserSummary {
    std::string email;
    std::string name;
    std::vector<std::string> roles;
    std::optional<std::string> created_by_email;
};
RGW_WIRE(UserSummary, email, name, roles, created_by_email)

struct UserCreation {
    std::string email;
    std::string name;
    std::vector<std::string> roles;
};
RGW_WIRE(UserCreation, email, name, roles)

struct UserUpdate {
    std::optional<std::string> email;
    std::optional<std::string> name;
    std::optional<std::vector<std::string>> roles;
};
RGW_WIRE(UserUpdate, email, name, roles)

struct UserName {
    std::string name;
};
RGW_WIRE(UserName, name)

struct UserRoles {
    std::vector<std::string> roles;
};
RGW_WIRE(UserRoles, roles)

struct UserLock {
    std::string reason;
};
RGW_WIRE(UserLock, reason)

struct Done {
    std::string message;
};
RGW_WIRE(Done, message)

User as_user(const identity::UserProfile& profile) {
    User user{.id = profile.user.id.value,
              .email = profile.user.email,
              .name = profile.user.name,
              .roles = profile.user.roles,
              .created_at = profile.created_at,
              .updated_at = profile.updated_at,
              .suspended = profile.user.suspended,
              .mfa_enrolled = profile.user.mfa_enrolled,
              .mfa_enforced_at = profile.mfa_enforced_at,
              .preferred_mfa_method = profile.preferred_mfa_method};
    if (profile.lock) {
        user.locked_at = profile.lock->at;
        user.locked_reason = profile.lock->reason;
    }
    if (profile.lock && profile.lock->by) {
        user.locked_by_user_id = profile.lock->by->id.value;
        user.locked_by_email = profile.lock->by->email;
        user.locked_by_name = profile.lock->by->name;
    }
    if (profile.created_by) {
        user.created_by_user_id = profile.created_by->id.value;
        user.created_by_email = profile.created_by->email;
        user.created_by_name = profile.created_by->name;
    }
    return user;
}

UserSummary summary_of(const identity::UserProfile& profile) {
    return {.email = profile.user.email,
            .name = profile.user.name,
            .roles = profile.user.roles,
            .created_by_email =
                profile.created_by ? std::optional(profile.created_by->email) : std::nullopt};
}

std::string before_and_after(std::string before, std::string after) {
    return R"({"before":)" + std::move(before) + R"(,"after":)" + std::move(after) + "}";
}

// What an event says of a change: every field that has another value now.
void describe_change(GatewayCall& call, const identity::ChangedUser& changed) {
    const identity::User& before = changed.before.user;
    const identity::User& after = changed.after.user;
    if (before.email != after.email) {
        call.add_detail("email", before_and_after(json_text(before.email), json_text(after.email)));
    }
    if (before.name != after.name) {
        call.add_detail("name", before_and_after(json_text(before.name), json_text(after.name)));
    }
    if (before.roles != after.roles) {
        call.add_detail("roles",
                        before_and_after(json_texts(before.roles), json_texts(after.roles)));
    }
}

async::Task<Result<identity::ChangedUser>> change_user(GatewayCall call, identity::UserRule rule) {
    const Services& services = call.services();
    Result<std::string> address = address_in_path(call);
    if (!address) {
        co_return address.error();
    }
    Result<identity::ChangedUser> changed = co_await services.people->users.change(
        std::move(*address), std::move(rule), services.clock.now(), deadline_in(people_patience));
    if (changed) {
        rights_changed(services, changed->before.user.id);
        describe_change(call, *changed);
    }
    co_return changed;
}

async::Task<Result<Reply>> answer_users(GatewayCall call) {
    const auto found = co_await call.services().people->users.list(deadline_in(people_patience));
    if (!found) {
        co_return found.error();
    }
    std::vector<User> users;
    users.reserve(found->size());
    for (const identity::UserProfile& profile : *found) {
        users.push_back(as_user(profile));
    }
    co_return json_reply(users);
}

async::Task<Result<Reply>> answer_user(GatewayCall call) {
    const Result<identity::UserProfile> found = co_await load_user_in_path(call);
    if (!found) {
        co_return found.error();
    }
    co_return json_reply(as_user(*found));
}

async::Task<Result<Reply>> answer_creation(GatewayCall call) {
    const Services& services = call.services();
    const Result<UserCreation> body = read_body<UserCreation>(call);
    if (!body) {
        co_return body.error();
    }
    call.name_resource(body->email);
    call.add_detail("roles", json_texts(body->roles));
    Result<identity::NewUser> checked =
        identity::check_new_user({.email = body->email, .name = body->name, .roles = body->roles},
                                 call.principal()->user_id);
    if (!checked) {
        co_return checked.error();
    }
    call.name_resource(checked->email);
    const auto made = co_await services.people->users.create(
        std::move(*checked), services.clock.now(), deadline_in(people_patience));
    if (!made) {
        co_return made.error();
    }
    co_return json_reply(summary_of(*made), 201);
}

async::Task<Result<Reply>> update(GatewayCall call, identity::UserUpdate wanted) {
    Result<identity::UserUpdate> checked = identity::check_update(std::move(wanted));
    if (!checked) {
        co_return checked.error();
    }
    const Result<identity::ChangedUser> changed = co_await change_user(
        call, identity::updating(std::move(*checked), call.principal()->user_id));
    if (!changed) {
        co_return changed.error();
    }
    co_return json_reply(summary_of(changed->after));
}

async::Task<Result<Reply>> answer_update(GatewayCall call) {
    Result<UserUpdate> body = read_body<UserUpdate>(call);
    if (!body) {
        co_return body.error();
    }
    Result<Reply> reply = co_await update(call, {.email = std::move(body->email),
                                                 .name = std::move(body->name),
                                                 .roles = std::move(body->roles)});
    co_return reply;
}

async::Task<Result<Reply>> answer_new_name(GatewayCall call) {
    const Result<UserName> body = read_body<UserName>(call);
    if (!body) {
        co_return body.error();
    }
    Result<std::string> name = identity::check_user_name(body->name);
    if (!name) {
        co_return name.error();
    }
    Result<Reply> reply =
        co_await update(call, {.email = {}, .name = std::move(*name), .roles = {}});
    co_return reply;
}

async::Task<Result<Reply>> answer_new_roles(GatewayCall call) {
    Result<UserRoles> body = read_body<UserRoles>(call);
    if (!body) {
        co_return body.error();
    }
    Result<Reply> reply =
        co_await update(call, {.email = {}, .name = {}, .roles = std::move(body->roles)});
    co_return reply;
}

// Of nobody, too: who deletes wants them gone.
async::Task<Result<Reply>> answer_deletion(GatewayCall call) {
    const Result<identity::ChangedUser> changed =
        co_await change_user(call, identity::removing(call.principal()->user_id));
    if (!changed && changed.error().code != Errc::not_found) {
        co_return changed.error();
    }
    co_return no_content();
}

async::Task<Result<Reply>> answer_lock(GatewayCall call) {
    Result<UserLock> body = read_body<UserLock>(call);
    if (!body) {
        co_return body.error();
    }
    call.add_detail("lock_reason", json_text(body->reason));
    const Result<identity::ChangedUser> changed = co_await change_user(
        call, identity::locking(std::move(body->reason), call.principal()->user_id));
    if (!changed) {
        co_return changed.error();
    }
    co_return json_reply(Done{.message = "user locked successfully"});
}

async::Task<Result<Reply>> answer_unlock(GatewayCall call) {
    const Result<identity::ChangedUser> changed = co_await change_user(call, identity::unlocking());
    if (!changed) {
        co_return changed.error();
    }
    co_return json_reply(Done{.message = "user unlocked successfully"});
}

}  // namespace

const Operation list_users{.handle = answer_users,
                           .summary = "All users, the newest first",
                           .answer = shape<std::vector<User>>};
const Operation get_user{
    .handle = answer_user, .summary = "A user by e-mail address", .answer = shape<User>};
const Operation create_user{.handle = answer_creation,
                            .summary = "A new user; an address that is taken is refused",
                            .body = shape<UserCreation>,
                            .answer = shape<UserSummary>,
                            .status = 201};
const Operation update_user{.handle = answer_update,
                            .summary = "Changes a user's address, name or roles",
                            .body = shape<UserUpdate>,
                            .answer = shape<UserSummary>};
const Operation rename_user{.handle = answer_new_name,
                            .summary = "Changes a user's name",
                            .body = shape<UserName>,
                            .answer = shape<UserSummary>};
const Operation set_user_roles{.handle = answer_new_roles,
                               .summary = "Changes a user's roles",
                               .body = shape<UserRoles>,
                               .answer = shape<UserSummary>};
const Operation delete_user{.handle = answer_deletion,
                            .summary = "Removes a user with their sessions and API tokens",
                            .status = 204};
const Operation lock_user{.handle = answer_lock,
                          .summary = "Locks a user out: sessions end, API tokens are refused",
                          .body = shape<UserLock>,
                          .answer = shape<Done>};
const Operation unlock_user{
    .handle = answer_unlock, .summary = "Ends a lock", .answer = shape<Done>};

}  // namespace rgw::api
