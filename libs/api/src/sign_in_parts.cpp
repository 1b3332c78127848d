#include "sign_in_parts.hpp"

#include <span>
#include <utility>

#include "rgw/base/log.hpp"
#include "rgw/rack/urlencoded.hpp"

namespace rgw::api {

std::string set_cookie(const Site& site, std::string_view name, std::string_view value,
                       std::string_view path, std::string_view lifetime) {
    std::string cookie = std::string(name) + "=" + std::string(value) + "; Path=";
    cookie += path;
    cookie += "; HttpOnly; SameSite=Lax";
    cookie += lifetime;
    cookie += site.secure_cookies ? "; Secure" : "";
    return cookie;
}

std::string query_text(std::string_view name, std::string_view value) {
    const rack::Pair pair{std::string(name), std::string(value)};
    return rack::serialize_urlencoded(std::span(&pair, 1));
}

identity::MfaRequired mfa_required(const Services& services) {
    return services.policy.current()->mfa_require_all_users ? identity::MfaRequired::yes
                                                            : identity::MfaRequired::no;
}

identity::AskingMachine machine_of(const Call& call, identity::Device device) {
    return {.ip_address = call.client_address,
            .user_agent = call.user_agent,
            .device = std::move(device)};
}

async::Task<Result<void>> record_session(Services& services, audit::Event event, NewlyMade made) {
    const Result<audit::Receipt> recorded =
        co_await services.audit_log.append(std::move(event), deadline_in(services.audit_timeout));
    if (recorded) {
        co_return Result<void>();
    }
    const Result<bool> revoked =
        co_await services.sign_in->sessions.revoke(made.user, made.session, services.clock.now(),
                                                   "not recorded", deadline_in(sign_in_patience));
    if (!revoked) {
        log::warn("a session nobody has was left to its idle limit",
                  {{"session_id", made.session.value}});
    }
    co_return recorded.error();
}

}  // namespace rgw::api
