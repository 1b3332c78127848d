// The part of the pipeline that asks people for a second factor (spec http-api §5, ADR 12).
#include <optional>
#include <string>
#include <utility>

#include "call.hpp"
#include "factor_answers.hpp"
#include "factor_events.hpp"
#include "factor_text.hpp"
#include "rgw/api/pipeline.hpp"
#include "rgw/mfa/factor_check.hpp"
#include "rgw/mfa/factor_store.hpp"

namespace rgw::api {
namespace {

std::optional<access::Permission> levelled_by(const Call& call) {
    return call.gateway_route == nullptr ? call.needed : call.gateway_route->access.levelled_by();
}

bool owes_factor(const identity::SessionFacts& session, const access::PolicySettings& policy) {
    return session.mfa_enforced || policy.mfa_require_all_users;
}

bool is_fresh(const identity::SessionFacts& session, const access::PolicySettings& policy,
              Timestamp now) {
    return session.recent_step_up_at && now < *session.recent_step_up_at + policy.step_up_window;
}

// Of the gateway's own routes each call is an action of its own. A command of the rack's own
// command line is several, with one code.
mfa::Action action_of(const Call& call, access::Permission permission) {
    if (call.rack) {
        return {.permission = std::string(access::text(permission)),
                .resource = call.rack->audit_resource(),
                .repeats = mfa::Action::Repeats::in_series};
    }
    const std::string_view target = call.exchange.head().target;
    return {.permission = std::string(access::text(permission)),
            .resource = std::string(target.substr(0, target.find('?'))),
            .repeats = mfa::Action::Repeats::never};
}

access::MfaLevel level_of(const Call& call, const access::PolicySettings& policy) {
    if (call.gateway_route != nullptr &&
        call.gateway_route->access.factor == Factor::fresh_unless_first) {
        return access::MfaLevel::step_up;
    }
    const auto permission = levelled_by(call);
    if (permission == access::Permission::convox_secret_read && !policy.step_up_for_secrets) {
        return access::MfaLevel::none;
    }
    return permission ? access::mfa_level(*permission) : access::MfaLevel::none;
}

bool goes_without(const Call& call, const identity::SessionFacts& session) {
    if (call.gateway_route == nullptr) {
        return false;
    }
    switch (call.gateway_route->access.factor) {
        case Factor::shown:
            return false;
        case Factor::not_yet:
            return true;
        case Factor::shown_unless_first:
        case Factor::fresh_unless_first:
            return !session.mfa_enrolled;
    }
    return false;
}

}  // namespace

// Of people, once they may (spec proxy-rbac §3.4); API tokens are judged by their permissions
// alone. A session that has not shown its factor can do nothing here, whatever the level.
async::Task<Result<void>> Pipeline::demand_second_factor(Call& call) {
    const auto& session = call.principal->session;
    const auto policy = services_.policy.current();
    if (!session || goes_without(call, *session) ||
        (!owes_factor(*session, *policy) && !session->mfa_enrolled)) {
        co_return Result<void>();
    }
    if (!session->mfa_verified_at) {
        co_return session->mfa_enrolled ? Errc::mfa_step_up_required
                                        : Errc::mfa_enrollment_required;
    }
    if (!session->mfa_enrolled) {
        co_return Errc::mfa_enrollment_required;
    }
    const access::MfaLevel level = level_of(call, *policy);
    const bool always = level == access::MfaLevel::always;
    if (level == access::MfaLevel::none || (!always && is_fresh(*session, *policy, call.started))) {
        co_return Result<void>();
    }
    if (!call.factor) {
        co_return always ? Errc::mfa_required : Errc::mfa_step_up_required;
    }
    std::optional<mfa::Action> action;
    if (always) {
        action = action_of(call, *levelled_by(call));
    }
    const Result<void> judged = co_await judge_factor(call, std::move(action));
    co_return judged;
}

// What was shown with the call counts once it is recorded.
async::Task<Result<void>> Pipeline::judge_factor(Call& call, std::optional<mfa::Action> action) {
    const Result<mfa::ShownFactor> shown = read_factor(*call.factor);
    if (!shown) {
        co_return shown.error();
    }
    if (services_.factors == nullptr) {
        co_return Errc::factor_unavailable;
    }
    const FactorHolder holder = holder_of(*call.principal);
    auto proven = co_await services_.factors->check.verify_inline(
        *shown, factor_holder(call), std::move(action), deadline_in(factor_patience));
    if (!proven) {
        const Error told = proven.error().error;
        const Result<void> recorded =
            co_await record_factor_failure(services_, call, holder, proven.error());
        if (!recorded) {
            co_return recorded;
        }
        co_return told.code == Errc::factor_refused ? Error(Errc::mfa_verification_failed) : told;
    }
    services_.authenticator.invalidate_session(call.principal->session->id);
    const Result<void> recorded = co_await record_proof(services_, call, holder, *proven);
    co_return recorded;
}

}  // namespace rgw::api
