#include <algorithm>
#include <string>
#include <utility>

#include "handlers.hpp"
#include "rgw/access/role.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

constexpr const char* everything = "convox:*:*";

struct RoleEntry {
    std::string name;
    std::string label;
    std::string description;
    std::vector<std::string> permissions;
};
RGW_WIRE(RoleEntry, name, label, description, permissions)

struct TokenPermissions {
    std::vector<std::string> permissions;
    std::vector<RoleEntry> roles;
    std::vector<std::string> user_roles;
    std::vector<std::string> user_permissions;
    std::vector<std::string> default_permissions;
};
RGW_WIRE(TokenPermissions, permissions, roles, user_roles, user_permissions, default_permissions)

std::vector<std::string> sorted_texts(const access::PermissionSet& held) {
    std::vector<std::string> texts;
    for (const access::Permission permission : access::all_permissions()) {
        if (held.has(permission)) {
            texts.emplace_back(access::text(permission));
        }
    }
    std::ranges::sort(texts);
    return texts;
}

// Clients know an admin by the one text.
RoleEntry entry_of(const access::RoleInfo& role) {
    std::vector<std::string> permissions = {everything};
    if (role.role != access::Role::admin) {
        permissions = sorted_texts(access::permissions(role.role));
    }
    return {.name = std::string(role.name),
            .label = std::string(role.label),
            .description = std::string(role.description),
            .permissions = std::move(permissions)};
}

// A member for each role, in the order of their rights.
async::Task<Result<Reply>> answer_roles(GatewayCall) {
    boost::json::object roles;
    for (const access::RoleInfo& role : access::all_roles()) {
        roles.emplace(role.name, Wire<RoleEntry>::write(entry_of(role)));
    }
    co_return Reply{.body = boost::json::serialize(roles)};
}

async::Task<Result<Reply>> answer_token_permissions(GatewayCall call) {
    const identity::Principal& who = *call.principal();
    TokenPermissions answer{
        .permissions = sorted_texts(access::permissions(access::Role::admin)),
        .user_roles = who.roles,
        .user_permissions = sorted_texts(who.permissions),
        .default_permissions = sorted_texts(access::permissions(access::Role::cicd))};
    answer.permissions.emplace_back(everything);
    for (const access::RoleInfo& role : access::all_roles()) {
        answer.roles.push_back(entry_of(role));
    }
    co_return json_reply(answer);
}

}  // namespace

const Operation get_roles{.handle = answer_roles,
                          .summary = "The roles and what they may do",
                          .answer = shape<std::map<std::string, RoleEntry>>};
const Operation get_token_permissions{
    .handle = answer_token_permissions,
    .summary = "What API tokens can hold, and what the caller does",
    .answer = shape<TokenPermissions>};

}  // namespace rgw::api
