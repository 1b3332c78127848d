#include <boost/json.hpp>

#include "call.hpp"
#include "handlers.hpp"

namespace rgw::api {
namespace {

namespace json = boost::json;

json::array roles_of(const identity::Principal& principal) {
    json::array roles;
    for (const std::string& role : principal.roles) {
        roles.emplace_back(role);
    }
    return roles;
}

json::object user_of(const identity::Principal& principal, const access::PolicySettings& policy) {
    const bool enrolled = principal.session && principal.session->mfa_enrolled;
    const bool enforced = principal.session && principal.session->mfa_enforced;
    return {{"email", principal.email},
            {"name", principal.name},
            {"roles", roles_of(principal)},
            {"mfa_enrolled", enrolled},
            {"mfa_required", enforced || policy.mfa_require_all_users},
            {"has_trusted_device", false}};
}

}  // namespace

async::Task<Result<Reply>> get_info(GatewayCall call) {
    const Services& services = call.services();
    const RackAccess& rack = services.rack;
    const json::object info{
        {"user", user_of(*call.call().principal, *services.policy.current())},
        {"rack", {{"name", rack.name}, {"alias", rack.alias}, {"host", rack.host}}},
        {"integrations", {{"slack", false}, {"github", false}, {"circleci", false}}},
        {"version", {{"version", RGW_VERSION}, {"commit_hash", "unknown"}}}};
    co_return Reply{.body = json::serialize(info)};
}

}  // namespace rgw::api
