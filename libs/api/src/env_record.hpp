#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/rack/env_change.hpp"

namespace rgw::api {

// What the audit log says of a changed environment: one event per variable with keyed digests of
// its old and new value, never a value.

// Notes for the call's record what it is about to change.
void note_env_changes(const Services& services, Call& call, std::string_view app,
                      const std::vector<rack::EnvDifference>& differences);

// Each variable the caller may not touch is an event of its own, durable when this returns; the
// call's own refusal is not written here.
async::Task<void> record_refused_env(Services& services, const Call& call, std::string app,
                                     const rack::EnvRefusal& refusal);

}  // namespace rgw::api
