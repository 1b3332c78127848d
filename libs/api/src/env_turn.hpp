#pragma once

#include <chrono>
#include <string>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"

namespace rgw::api {

// How long the rack may take to create a release with an environment; a turn outlasts everything a
// change waits for.
inline constexpr std::chrono::seconds env_create_timeout{120};
inline constexpr std::chrono::seconds env_turn_lifetime{180};

// The call's turn to change the app's environment: from here to end_env_turn() nobody else's
// changes on any replica (docs/adr/0006-environment-changes.md). Waits a few seconds for the end of
// somebody else's. Errors: env_conflict, and those of the database.
async::Task<Result<void>> begin_env_turn(Services& services, Call& call, std::string app);
// Does nothing for a call without a turn, and where nobody knows what the rack made of the change:
// then its time ends the turn.
async::Task<void> end_env_turn(Services& services, const Call& call);

}  // namespace rgw::api
