// Showing a second factor, to sign in or to step up (spec http-api §10.5, §10.6).
#include <string>
#include <utility>

#include "call.hpp"
#include "factor_answers.hpp"
#include "handlers.hpp"
#include "rgw/mfa/factor_check.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

struct CodeToVerify {
    std::string code;
    std::optional<bool> trust_device;
};
RGW_WIRE(CodeToVerify, code, trust_device)

struct AssertionToVerify {
    std::string session_data;
    std::string assertion_response;  // JSON of a PublicKeyCredential
    std::optional<bool> trust_device;
};
RGW_WIRE(AssertionToVerify, session_data, assertion_response, trust_device)

struct BegunAssertion {
    boost::json::value options;  // {"publicKey": …}
    std::string session_data;    // to be passed back as it is
};
RGW_WIRE(BegunAssertion, options, session_data)

TrustDevice trust_of(const std::optional<bool>& asked) {
    return asked.value_or(false) ? TrustDevice::yes : TrustDevice::no;
}

async::Task<Result<Reply>> verify(GatewayCall call, mfa::ShownFactor shown, TrustDevice trust) {
    const Result<FactorAccess*> access = factor_access(call);
    if (!access) {
        co_return access.error();
    }
    auto next = next_session_text(call);
    mfa::Purpose purpose{.gain = mfa::Use::Gain::verified_and_step_up,
                         .new_session_hash = next ? std::optional(next->hash) : std::nullopt,
                         .proof = std::nullopt};
    auto proven =
        co_await (*access)->check.verify(std::move(shown), factor_holder(call.call()),
                                         std::move(purpose), deadline_in(factor_patience));
    if (!proven) {
        Error told = co_await refused_factor(call, proven.error());
        co_return told;
    }
    const Result<void> recorded =
        co_await record_proof(call.services(), call.call(), holder_of(*call.principal()), *proven);
    if (!recorded) {
        co_return recorded.error();
    }
    auto reply = co_await answer_proven(call, *proven, std::move(next), trust);
    co_return reply;
}

async::Task<Result<Reply>> answer_code(GatewayCall call) {
    Result<CodeToVerify> body = read_body<CodeToVerify>(call);
    if (!body) {
        co_return body.error();
    }
    auto reply = co_await verify(call, mfa::TypedCode{Secret(std::move(body->code))},
                                 trust_of(body->trust_device));
    co_return reply;
}

async::Task<Result<Reply>> answer_assertion_start(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    if (!access) {
        co_return access.error();
    }
    const auto begun = co_await (*access)->check.begin_assertion(factor_holder(call.call()),
                                                                 deadline_in(factor_patience));
    if (!begun) {
        co_return begun.error();
    }
    co_return json_reply(BegunAssertion{.options = boost::json::parse(begun->options_json),
                                        .session_data = std::string(begun->state.expose())});
}

async::Task<Result<Reply>> answer_assertion(GatewayCall call) {
    Result<AssertionToVerify> body = read_body<AssertionToVerify>(call);
    if (!body) {
        co_return body.error();
    }
    mfa::Assertion shown{.state = std::move(body->session_data),
                         .response_json = std::move(body->assertion_response)};
    auto reply = co_await verify(call, std::move(shown), trust_of(body->trust_device));
    co_return reply;
}

}  // namespace

const Operation verify_code{.handle = answer_code,
                            .summary = "Shows a code: one-time, backup, or a YubiKey's",
                            .body = shape<CodeToVerify>,
                            .answer = factor_verified_shape};
const Operation begin_assertion{.handle = answer_assertion_start,
                                .summary = "A challenge for a passkey or security key",
                                .answer = shape<BegunAssertion>};
const Operation verify_assertion{.handle = answer_assertion,
                                 .summary = "Shows a passkey or security key",
                                 .body = shape<AssertionToVerify>,
                                 .answer = factor_verified_shape};

}  // namespace rgw::api
