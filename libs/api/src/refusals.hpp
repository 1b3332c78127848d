#pragma once

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/audit/event.hpp"
#include "rgw/base/error.hpp"

namespace rgw::api {

// Makes a refusal's event durable; of callers nobody could identify only so many a minute (the rest
// are counted, RefusalMeter). Errors: as audit::Recorder::append().
async::Task<Result<void>> record_refusal(Services& services, const Call& call, audit::Event event);

}  // namespace rgw::api
