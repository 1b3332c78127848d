#pragma once

#include <string>
#include <string_view>

#include "call.hpp"
#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/exchange.hpp"

namespace rgw::api {

struct ErrorAnswer {
    http::OutHead head;
    std::string body;
    std::string sentence;  // what a person is to read
};

// The answer to a refused or failed call, in the shapes clients know (spec http-api §6): plain text
// for refusals below the rack mount, JSON {"error", "code", "request_id"} elsewhere, where a second
// factor or a rate limit is named in "error" and explained in "message". Always with the request
// id.
[[nodiscard]] ErrorAnswer error_answer(const Call& call, const Error& error);

// Answers with it. The SDK shows nothing of an opening handshake that is refused, only of an open
// session: towards it the connection is upgraded, and the sentence sent as the rack sends its own
// errors, `ERROR: …` in a text frame, then a failing exit code where it looks for one, the end of
// output, and a Close (spec proxy-rbac §6.5). Errors: as Exchange::respond().
async::Task<Result<void>> send_refusal(Call& call, ErrorAnswer answer);

// Fields every answer of ours carries.
void add_common_fields(http::OutHead& head, const Call& call);
[[nodiscard]] bool is_common_field(std::string_view name);
// What browsers are told about answers of the gateway's own routes (spec http-api §2.3). A page
// brings its own Content-Security-Policy; anything else may do nothing at all.
void add_browser_fields(http::OutHead& head, const Site& site);

}  // namespace rgw::api
