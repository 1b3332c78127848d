#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "call.hpp"
#include "gateway_call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/audit/event.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/cli_login_store.hpp"
#include "rgw/identity/person.hpp"

// What the routes of all ways to sign in share.
namespace rgw::api {

inline constexpr std::chrono::seconds sign_in_patience{15};

// `lifetime`: "; Max-Age=…", or "" for as long as the browser runs.
[[nodiscard]] std::string set_cookie(const Site& site, std::string_view name,
                                     std::string_view value, std::string_view path,
                                     std::string_view lifetime);

// "name=value", escaped for a query.
[[nodiscard]] std::string query_text(std::string_view name, std::string_view value);

[[nodiscard]] identity::MfaRequired mfa_required(const Services& services);

// Where the call comes from, for a sign-in that begins or ends with it.
[[nodiscard]] identity::AskingMachine machine_of(const Call& call, identity::Device device = {});

struct NewlyMade {
    UserId user;
    SessionId session;
};
// The record of a session that was made, before anybody is given it: without a record it is revoked
// again. Errors: as audit::Recorder::append().
async::Task<Result<void>> record_session(Services& services, audit::Event event, NewlyMade made);

}  // namespace rgw::api
