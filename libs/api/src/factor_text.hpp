#pragma once

#include "rgw/base/error.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/mfa/factor.hpp"

namespace rgw::api {

// A factor that rides on a request (spec http-api §5.3): "totp" is whatever can be typed;
// "webauthn" is base64 of {"session_data", "assertion_response"}, both texts; what is neither of
// these is a factor that proves nothing, so that it is judged and counted as one. Error:
// invalid_mfa_type.
[[nodiscard]] Result<mfa::ShownFactor> read_factor(const identity::InlineFactor& factor);

}  // namespace rgw::api
