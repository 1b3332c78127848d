#include "factor_text.hpp"

#include <boost/json.hpp>

#include "rgw/base/json.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::api {
namespace {

constexpr JsonLimits limits{.bytes = 64UL * 1024, .depth = 4};

mfa::Assertion read_assertion(const Secret& value) {
    const auto text = crypto::parse_base64(value.expose());
    if (!text) {
        return {};
    }
    const auto json = parse_json_object(*text, limits);
    if (!json) {
        return {};
    }
    return {.state = std::string(text_member(*json, "session_data")),
            .response_json = std::string(text_member(*json, "assertion_response"))};
}

}  // namespace

Result<mfa::ShownFactor> read_factor(const identity::InlineFactor& factor) {
    if (factor.kind == "totp") {
        return mfa::ShownFactor(mfa::TypedCode{factor.value});
    }
    if (factor.kind == "webauthn") {
        return mfa::ShownFactor(read_assertion(factor.value));
    }
    return Errc::invalid_mfa_type;
}

}  // namespace rgw::api
