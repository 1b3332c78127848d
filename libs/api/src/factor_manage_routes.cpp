// One's own factors, codes and trusted browsers; and somebody else's, taken away (spec http-api
// §10.7).
#include <string>
#include <utility>
#include <vector>

#include "call.hpp"
#include "factor_answers.hpp"
#include "handlers.hpp"
#include "people.hpp"
#include "rgw/base/text.hpp"
#include "rgw/mfa/enrollment.hpp"
#include "rgw/mfa/factor_store.hpp"
#include "rgw/mfa/trusted_devices.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

constexpr std::size_t longest_reason = 500;

struct PreferredFactor {
    Nullable<std::string> preferred_method;
};
RGW_WIRE(PreferredFactor, preferred_method)

struct FactorChange {
    std::string label;
    std::optional<bool> cli_capable;
};
RGW_WIRE(FactorChange, label, cli_capable)

struct FactorReset {
    std::string reason;
};
RGW_WIRE(FactorReset, reason)

struct FactorDone {
    std::string status;
};
RGW_WIRE(FactorDone, status)

struct FactorsReset {
    std::string status;
    std::int64_t factors = 0;  // how many there were
};
RGW_WIRE(FactorsReset, status, factors)

struct NewBackupCodes {
    std::vector<std::string> backup_codes;
};
RGW_WIRE(NewBackupCodes, backup_codes)

Error unknown_method(const Error& error) {
    return error.code == Errc::not_found ? Error(Errc::not_found, "mfa method not found") : error;
}

async::Task<Result<Reply>> answer_preferred(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    const Result<PreferredFactor> body = read_body<PreferredFactor>(call);
    if (!access || !body) {
        co_return access ? body.error() : access.error();
    }
    const std::optional<std::string>& kind = body->preferred_method.value;
    if (kind && *kind != "totp" && *kind != "webauthn") {
        co_return Error(Errc::invalid_request, "preferred_method must be 'totp' or 'webauthn'");
    }
    const Result<void> stored = co_await (*access)->store.set_preferred(
        call.principal()->user_id, kind, deadline_in(factor_patience));
    if (!stored) {
        co_return stored.error();
    }
    rights_changed(call.services(), call.principal()->user_id);
    call.add_detail("preferred_method", kind ? json_text(*kind) : "null");
    co_return json_reply(FactorDone{"updated"});
}

async::Task<Result<Reply>> answer_update(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    const Result<std::int64_t> id = id_in_path(call, "method", "invalid methodID");
    if (!access || !id) {
        co_return access ? id.error() : access.error();
    }
    const Result<FactorChange> body = read_body<FactorChange>(call);
    if (!body || count_characters(body->label) > mfa::longest_label) {
        co_return body ? Error(Errc::invalid_request, "the label is longer than 150 characters")
                       : body.error();
    }
    const Result<void> changed = co_await (*access)->store.relabel_method(
        call.principal()->user_id, mfa::MethodId{*id}, body->label, body->cli_capable,
        deadline_in(factor_patience));
    if (!changed) {
        co_return unknown_method(changed.error());
    }
    call.add_detail("label", json_text(body->label));
    if (body->cli_capable) {
        call.add_detail("cli_capable", *body->cli_capable ? "true" : "false");
    }
    co_return json_reply(FactorDone{"updated"});
}

async::Task<Result<Reply>> answer_remove(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    const Result<std::int64_t> id = id_in_path(call, "method", "invalid methodID");
    if (!access || !id) {
        co_return access ? id.error() : access.error();
    }
    const auto removed = co_await (*access)->store.remove_method(
        call.principal()->user_id, mfa::MethodId{*id}, call.services().clock.now(),
        deadline_in(factor_patience));
    if (!removed) {
        co_return unknown_method(removed.error());
    }
    call.add_detail("factor", json_text(mfa::name(removed->kind)));
    call.add_detail("was_last", removed->was_last ? "true" : "false");
    rights_changed(call.services(), call.principal()->user_id);
    co_return json_reply(FactorDone{"deleted"});
}

async::Task<Result<Reply>> answer_regenerate(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    if (!access) {
        co_return access.error();
    }
    const auto codes = co_await (*access)->enrollment.replace_backup_codes(
        factor_holder(call.call()), deadline_in(factor_patience));
    if (!codes) {
        co_return codes.error();
    }
    co_return json_reply(NewBackupCodes{exposed(*codes)});
}

// Of a browser: what is trusted is its cookie.
async::Task<Result<Reply>> answer_trust(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    const identity::SessionFacts& session = *call.principal()->session;
    if (!access || !call.call().by_cookie || !session.mfa_enrolled || !session.recent_step_up_at) {
        co_return access
            ? Error(Errc::invalid_request, "only a browser that showed a factor can be trusted")
            : access.error();
    }
    const mfa::ProvenFactor proven{.at = *session.recent_step_up_at};
    auto reply = co_await answer_proven(call, proven, std::nullopt, TrustDevice::yes);
    co_return reply;
}

async::Task<Result<Reply>> answer_revoke_device(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    const Result<std::int64_t> id = id_in_path(call, "device", "invalid deviceID");
    if (!access || !id) {
        co_return access ? id.error() : access.error();
    }
    const Result<bool> revoked = co_await (*access)->devices.store().revoke(
        call.principal()->user_id, mfa::TrustedDeviceId{*id}, "user_request",
        call.services().clock.now(), deadline_in(factor_patience));
    if (!revoked) {
        co_return revoked.error();
    }
    co_return *revoked ? Result<Reply>(json_reply(FactorDone{"revoked"}))
                       : Error(Errc::not_found, "trusted device not found");
}

async::Task<Result<Reply>> answer_reset(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    Result<FactorReset> body = read_body<FactorReset>(call);
    if (!access || !body) {
        co_return access ? body.error() : access.error();
    }
    body->reason = std::string(trim(body->reason));
    if (body->reason.empty() || count_characters(body->reason) > longest_reason) {
        co_return Error(Errc::invalid_request, "a reason of at most 500 characters is needed");
    }
    const auto user = co_await load_user_in_path(call);
    if (!user) {
        co_return user.error();
    }
    const UserId admin = call.principal()->user_id;
    if (user->user.id == admin) {
        co_return Error(Errc::own_account, "cannot reset your own factors");
    }
    call.add_detail("reset_reason", json_text(body->reason));
    const Result<std::int64_t> reset =
        co_await (*access)->store.reset(user->user.id, admin, std::move(body->reason),
                                        call.services().clock.now(), deadline_in(factor_patience));
    if (!reset) {
        co_return reset.error();
    }
    call.add_detail("factors", std::to_string(*reset));
    rights_changed(call.services(), user->user.id);
    co_return json_reply(FactorsReset{.status = "reset", .factors = *reset});
}

}  // namespace

const Operation set_preferred_factor{.handle = answer_preferred,
                                     .summary = "Which factor is asked for first",
                                     .body = shape<PreferredFactor>,
                                     .answer = shape<FactorDone>};
const Operation update_factor{.handle = answer_update,
                              .summary = "A factor's label, and whether command lines use it",
                              .body = shape<FactorChange>,
                              .answer = shape<FactorDone>};
const Operation remove_factor{.handle = answer_remove,
                              .summary = "Takes a factor of one's own away",
                              .answer = shape<FactorDone>};
const Operation regenerate_backup_codes{.handle = answer_regenerate,
                                        .summary = "New backup codes instead of all there are",
                                        .answer = shape<NewBackupCodes>};
const Operation trust_device{.handle = answer_trust,
                             .summary = "Signs in from this browser without a factor for a while",
                             .answer = factor_verified_shape};
const Operation revoke_trusted_device{.handle = answer_revoke_device,
                                      .summary = "That browser is asked for a factor again",
                                      .answer = shape<FactorDone>};
const Operation reset_user_factors{
    .handle = answer_reset,
    .summary = "Takes all factors of somebody else away, who then sets up new ones",
    .body = shape<FactorReset>,
    .answer = shape<FactorsReset>};

}  // namespace rgw::api
