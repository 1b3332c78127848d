#pragma once

#include <string_view>
#include <vector>

#include "answer_body.hpp"
#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"
#include "rgw/rack/created.hpp"

namespace rgw::api {

// Records who created what (spec proxy-rbac §1.13), before the call's record is closed: what the
// rack's answer says the call created is its caller's, and the call's event names it as `created`.
// What cannot be written is logged and counted; the answer goes on as it came. Reads the body
// where it is needed and small; errors: those of reading it.
async::Task<Result<void>> note_creations(Services& services, Call& call,
                                         const http::ResponseHead& head, AnswerBody& body);
// The same of a body that was read already.
async::Task<void> note_creations(Services& services, Call& call, int status, std::string_view body);
// The same of what a call of the gateway's own API made the rack create.
async::Task<void> note_created(Services& services, Call& call, std::vector<rack::Resource> created);

}  // namespace rgw::api
