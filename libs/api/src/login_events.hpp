#pragma once

#include <string>
#include <string_view>

#include "call.hpp"
#include "rgw/audit/event.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/cli_login_store.hpp"
#include "rgw/identity/cli_session.hpp"

// The events of signing in a command line. No state, code or verifier is ever part of one.
namespace rgw::api {

// `action` is of the person `email`, or of nobody known yet: "login.start", "login.approve".
[[nodiscard]] audit::Event login_event(const Call& call, std::string action, std::string email,
                                       identity::LoginFlow flow,
                                       const identity::AskingMachine& machine);

[[nodiscard]] audit::Event login_completed(const Call& call, const identity::CliSession& session,
                                           identity::LoginFlow flow);

// Whatever did not go further: denied, or our own trouble. `http_status` is what is answered.
[[nodiscard]] audit::Event login_refused(const Call& call, std::string action, const Error& error,
                                         std::string email, int http_status);

// Where a machine asks from and what it says of itself, as members of an event's details.
[[nodiscard]] std::string machine_members(const identity::AskingMachine& machine);

}  // namespace rgw::api
