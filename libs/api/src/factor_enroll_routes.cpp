// Setting up second factors (spec http-api §10.2 to §10.4).
#include <string>
#include <utility>
#include <vector>

#include "call.hpp"
#include "factor_answers.hpp"
#include "handlers.hpp"
#include "people.hpp"
#include "rgw/mfa/enrollment.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

struct TotpEnrollment {
    std::int64_t method_id = 0;
    std::string secret;  // base32
    std::string uri;     // otpauth://
    std::string qr_svg;
    std::vector<std::string> backup_codes;  // shown this once; empty for who has a set already
};
RGW_WIRE(TotpEnrollment, method_id, secret, uri, qr_svg, backup_codes)

struct TotpConfirmation {
    std::int64_t method_id = 0;
    std::string code;
    std::optional<bool> trust_device;
    std::optional<std::string> label;
};
RGW_WIRE(TotpConfirmation, method_id, code, trust_device, label)

struct YubikeyEnrollment {
    std::string yubi_otp;
    std::optional<std::string> label;
};
RGW_WIRE(YubikeyEnrollment, yubi_otp, label)

struct EnrolledYubikey {
    std::int64_t method_id = 0;
    std::vector<std::string> backup_codes;
};
RGW_WIRE(EnrolledYubikey, method_id, backup_codes)

struct WebauthnEnrollment {
    std::int64_t method_id = 0;
    boost::json::value public_key_options;  // {"publicKey": …}
    std::optional<std::vector<std::string>> backup_codes;
};
RGW_WIRE(WebauthnEnrollment, method_id, public_key_options, backup_codes)

struct WebauthnConfirmation {
    std::int64_t method_id = 0;
    boost::json::value credential;  // a PublicKeyCredential
    std::optional<std::string> label;
};
RGW_WIRE(WebauthnConfirmation, method_id, credential, label)

struct EnrolledCredential {
    std::string status;
    std::int64_t method_id = 0;
};
RGW_WIRE(EnrolledCredential, status, method_id)

mfa::Gained gained_by(const std::optional<identity::NewSessionText>& next) {
    return {.new_session_hash = next ? std::optional(next->hash) : std::nullopt};
}

// The user has a factor from now on, and this session has shown it.
void enrolled(GatewayCall call, const mfa::EnrolledMethod& method) {
    call.name_resource(std::string(mfa::name(method.kind)));
    call.add_detail("method_id", std::to_string(method.method.value));
    rights_changed(call.services(), call.principal()->user_id);
    rights_changed(call.services(), call.principal()->session->id);
}

async::Task<Result<Reply>> answer_totp_start(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    if (!access) {
        co_return access.error();
    }
    const auto begun = co_await (*access)->enrollment.begin_totp(factor_holder(call.call()),
                                                                 deadline_in(factor_patience));
    if (!begun) {
        co_return begun.error();
    }
    call.name_resource("totp");
    call.add_detail("method_id", std::to_string(begun->method.value));
    co_return json_reply(TotpEnrollment{.method_id = begun->method.value,
                                        .secret = std::string(begun->seed.expose()),
                                        .uri = std::string(begun->uri.expose()),
                                        .qr_svg = std::string(begun->qr_svg.expose()),
                                        .backup_codes = exposed(begun->backup_codes)});
}

async::Task<Result<Reply>> answer_totp_confirm(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    Result<TotpConfirmation> body = read_body<TotpConfirmation>(call);
    if (!access || !body) {
        co_return access ? body.error() : access.error();
    }
    auto next = next_session_text(call);
    auto confirmed = co_await (*access)->enrollment.confirm_totp(
        mfa::MethodId{body->method_id}, Secret(std::move(body->code)), body->label.value_or(""),
        factor_holder(call.call()), gained_by(next), deadline_in(factor_patience));
    if (!confirmed) {
        Error told = co_await refused_factor(call, confirmed.error());
        co_return told;
    }
    enrolled(call, *confirmed);
    const mfa::ProvenFactor proven{
        .kind = confirmed->kind, .method = confirmed->method, .at = call.services().clock.now()};
    auto reply = co_await answer_proven(
        call, proven, std::move(next),
        body->trust_device.value_or(false) ? TrustDevice::yes : TrustDevice::no);
    co_return reply;
}

async::Task<Result<Reply>> answer_yubikey(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    Result<YubikeyEnrollment> body = read_body<YubikeyEnrollment>(call);
    if (!access || !body) {
        co_return access ? body.error() : access.error();
    }
    const auto next = next_session_text(call);
    auto confirmed = co_await (*access)->enrollment.enroll_yubikey(
        Secret(std::move(body->yubi_otp)), body->label.value_or(""), factor_holder(call.call()),
        gained_by(next), deadline_in(factor_patience));
    if (!confirmed) {
        Error told = co_await refused_factor(call, confirmed.error());
        co_return told;
    }
    enrolled(call, *confirmed);
    Reply reply = json_reply(EnrolledYubikey{.method_id = confirmed->method.value,
                                             .backup_codes = exposed(confirmed->backup_codes)});
    add_session_cookie(reply, call.services().site, next);
    co_return reply;
}

async::Task<Result<Reply>> answer_webauthn_start(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    if (!access) {
        co_return access.error();
    }
    const auto begun = co_await (*access)->enrollment.begin_webauthn(factor_holder(call.call()),
                                                                     deadline_in(factor_patience));
    if (!begun) {
        co_return begun.error();
    }
    call.name_resource("webauthn");
    call.add_detail("method_id", std::to_string(begun->method.value));
    WebauthnEnrollment answer{.method_id = begun->method.value,
                              .public_key_options = boost::json::parse(begun->options_json)};
    if (!begun->backup_codes.empty()) {
        answer.backup_codes = exposed(begun->backup_codes);
    }
    co_return json_reply(answer);
}

std::string_view name(mfa::AttestationType type) {
    switch (type) {
        case mfa::AttestationType::none:
            return "none";
        case mfa::AttestationType::self:
            return "self";
        case mfa::AttestationType::untrusted:
            return "untrusted";
        case mfa::AttestationType::trusted:
            return "trusted";
    }
    return "none";
}

async::Task<Result<Reply>> answer_webauthn_confirm(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    Result<WebauthnConfirmation> body = read_body<WebauthnConfirmation>(call);
    if (!access || !body) {
        co_return access ? body.error() : access.error();
    }
    const auto next = next_session_text(call);
    auto confirmed = co_await (*access)->enrollment.confirm_webauthn(
        mfa::MethodId{body->method_id}, boost::json::serialize(body->credential),
        body->label.value_or(""), factor_holder(call.call()), gained_by(next),
        deadline_in(factor_patience));
    if (!confirmed) {
        Error told = co_await refused_factor(call, confirmed.error());
        co_return told;
    }
    enrolled(call, *confirmed);
    call.add_detail("attestation", json_text(name(confirmed->attestation)));
    Reply reply =
        json_reply(EnrolledCredential{.status = "enrolled", .method_id = confirmed->method.value});
    add_session_cookie(reply, call.services().site, next);
    co_return reply;
}

}  // namespace

const Operation begin_totp_enrollment{.handle = answer_totp_start,
                                      .summary = "A seed for an authenticator app",
                                      .answer = shape<TotpEnrollment>};
const Operation confirm_totp_enrollment{.handle = answer_totp_confirm,
                                        .summary = "The app's first code: it counts from now on",
                                        .body = shape<TotpConfirmation>,
                                        .answer = factor_verified_shape};
const Operation enroll_yubikey{.handle = answer_yubikey,
                               .summary = "A YubiKey that types passwords",
                               .body = shape<YubikeyEnrollment>,
                               .answer = shape<EnrolledYubikey>};
const Operation begin_webauthn_enrollment{.handle = answer_webauthn_start,
                                          .summary = "Options for a new passkey or security key",
                                          .answer = shape<WebauthnEnrollment>};
const Operation confirm_webauthn_enrollment{.handle = answer_webauthn_confirm,
                                            .summary = "The new key: it counts from now on",
                                            .body = shape<WebauthnConfirmation>,
                                            .answer = shape<EnrolledCredential>};

}  // namespace rgw::api
