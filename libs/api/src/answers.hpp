#pragma once

#include <string>
#include <string_view>

#include "call.hpp"
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
// for refusals below the rack mount, JSON {"error", "code", "request_id"} elsewhere. Always with
// the request id.
[[nodiscard]] ErrorAnswer error_answer(const Call& call, const Error& error);

// Answers with it. The SDK shows nothing of an opening handshake that is refused, only of an open
// session: towards it the connection is upgraded, and the sentence sent as the rack sends its own
// errors, `ERROR: …` in a text frame, then a failing exit code where it looks for one, the end of
// output, and a Close (spec proxy-rbac §6.5). Errors: as Exchange::respond().
async::Task<Result<void>> send_refusal(Call& call, ErrorAnswer answer);

// Fields every answer of ours carries.
void add_common_fields(http::OutHead& head, const Call& call);
[[nodiscard]] bool is_common_field(std::string_view name);

}  // namespace rgw::api
