#include "call.hpp"
#include "handlers.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

struct InfoUser {
    std::string email;
    std::string name;
    std::vector<std::string> roles;
    std::vector<std::string> permissions;
    bool mfa_enrolled = false;
    bool mfa_required = false;
    std::optional<std::string> preferred_mfa_method;
    std::optional<Timestamp> recent_step_up_expires_at;
    bool has_trusted_device = false;
};
RGW_WIRE(InfoUser, email, name, roles, permissions, mfa_enrolled, mfa_required,
         preferred_mfa_method, recent_step_up_expires_at, has_trusted_device)

struct InfoRack {
    std::string name;
    std::string alias;
    std::string host;
};
RGW_WIRE(InfoRack, name, alias, host)

struct InfoIntegrations {
    bool slack = false;
    bool github = false;
    bool circleci = false;
};
RGW_WIRE(InfoIntegrations, slack, github, circleci)

struct InfoVersion {
    std::string version;
    std::string commit_hash;
};
RGW_WIRE(InfoVersion, version, commit_hash)

struct Info {
    InfoUser user;
    InfoRack rack;
    InfoIntegrations integrations;
    InfoVersion version;
};
RGW_WIRE(Info, user, rack, integrations, version)

std::vector<std::string> texts_of(const access::PermissionSet& held) {
    std::vector<std::string> texts;
    for (const access::Permission permission : access::all_permissions()) {
        if (held.has(permission)) {
            texts.emplace_back(access::text(permission));
        }
    }
    return texts;
}

InfoUser user_of(const identity::Principal& principal, const access::PolicySettings& policy) {
    const bool enforced = principal.session && principal.session->mfa_enforced;
    std::optional<Timestamp> fresh_until;
    if (principal.session && principal.session->recent_step_up_at) {
        fresh_until = *principal.session->recent_step_up_at + policy.step_up_window;
    }
    return {.email = principal.email,
            .name = principal.name,
            .roles = principal.roles,
            .permissions = texts_of(principal.permissions),
            .mfa_enrolled = principal.session && principal.session->mfa_enrolled,
            .mfa_required = enforced || policy.mfa_require_all_users,
            .preferred_mfa_method =
                principal.session ? principal.session->preferred_factor : std::nullopt,
            .recent_step_up_expires_at = fresh_until,
            .has_trusted_device = principal.session && principal.session->trusted_device_id};
}

async::Task<Result<Reply>> answer_info(GatewayCall call) {
    const Services& services = call.services();
    const RackAccess& rack = services.rack;
    co_return json_reply(Info{.user = user_of(*call.principal(), *services.policy.current()),
                              .rack = {.name = rack.name, .alias = rack.alias, .host = rack.host},
                              .version = {.version = RGW_VERSION, .commit_hash = "unknown"}});
}

}  // namespace

const Operation get_info{.handle = answer_info,
                         .summary = "Who calls, the rack, and the gateway's version",
                         .answer = shape<Info>};

}  // namespace rgw::api
