#pragma once

#include <string>
#include <string_view>

#include "gateway_call.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/cli_sign_in.hpp"

// What the routes share on which a browser signs in a command line. Only the browser that came back
// from the provider is listened to.
namespace rgw::api {

inline constexpr std::string_view cli_success_page = "/app/cli/auth/success";
inline constexpr std::string_view cli_denied_page = "/app/cli/auth/denied";

// The challenge page's word for it (spec http-api §9.3).
[[nodiscard]] std::string_view page_code(identity::CliFault fault);

// The call's own cookie of that state.
[[nodiscard]] identity::CliBrowser browser_of(const GatewayCall& call, std::string state);

// The event of what a person decided, "login.approve" or "login.deny". Errors: as
// audit::Recorder::append().
async::Task<Result<void>> record_decision(GatewayCall call, identity::CliLogin login,
                                          std::string action);

// The refusal's event; `status` is what is answered. Errors: as audit::Recorder::append().
async::Task<Result<void>> record_login_refusal(GatewayCall call, identity::CliRefusal refusal,
                                               int status);

}  // namespace rgw::api
