#include "cli_browser.hpp"

#include <utility>

#include "call.hpp"
#include "login_events.hpp"
#include "refusals.hpp"
#include "rgw/base/log.hpp"

namespace rgw::api {

using identity::CliFault;

std::string_view page_code(CliFault fault) {
    switch (fault) {
        case CliFault::expired:
            return "expired";
        case CliFault::incomplete:
            return "session_incomplete";
        case CliFault::exchange_failed:
            return "exchange_failed";
        case CliFault::unauthorized:
            return "unauthorized";
        case CliFault::unavailable:
            return "load_failure";
        case CliFault::enrollment_required:
        case CliFault::factor_required:
        case CliFault::denied:
        case CliFault::decided:
            break;
    }
    return told(fault);
}

identity::CliBrowser browser_of(const GatewayCall& call, std::string state) {
    std::string cookie = call.cookie(identity::cli_cookie_name(state)).value_or("");
    return {.state = std::move(state), .cookie = std::move(cookie), .form_token = ""};
}

async::Task<Result<void>> record_decision(GatewayCall call, identity::CliLogin login,
                                          std::string action) {
    const Result<audit::Receipt> recorded = co_await call.services().audit_log.append(
        login_event(call.call(), std::move(action), login.email, identity::LoginFlow::browser,
                    login.machine),
        deadline_in(call.services().audit_timeout));
    co_return recorded ? Result<void>() : Result<void>(recorded.error());
}

async::Task<Result<void>> record_login_refusal(GatewayCall call, identity::CliRefusal refusal,
                                               int status) {
    if (refusal.fault == CliFault::unavailable) {
        log::warn("a command line's sign-in failed",
                  {{"request_id", call.call().request_id}, {"error", describe(refusal.error)}});
    }
    const bool known = !refusal.email.empty();
    const char* action = refusal.fault == CliFault::exchange_failed ? "login.oauth_failed"
                         : refusal.fault == CliFault::unauthorized && known
                             ? "login.user_not_authorized"
                             : "login.denied";
    const Result<void> recorded = co_await record_refusal(
        call.services(), call.call(),
        login_refused(call.call(), action, refusal.error, refusal.email, status));
    co_return recorded;
}

}  // namespace rgw::api
