#include "factor_events.hpp"

#include <utility>

#include "audit_entry.hpp"
#include "people.hpp"
#include "rgw/base/text.hpp"

namespace rgw::api {
namespace {

constexpr std::string_view cloned_reason = "sign_count_went_back";

void append_member(std::string& json, std::string_view name, const std::string& value) {
    json += json.empty() ? "{" : ",";
    append_json_string(json, name);
    json += ':';
    json += value;
}

std::string details_of(const Call& call, std::optional<mfa::FactorKind> kind,
                       std::optional<mfa::MethodId> method) {
    const http::RequestHead& head = call.exchange.head();
    std::string details;
    append_member(details, "method", json_text(head.method));
    append_member(details, "path", json_text(head.target.substr(0, head.target.find('?'))));
    if (kind) {
        append_member(details, "factor", json_text(mfa::name(*kind)));
    }
    if (method) {
        append_member(details, "method_id", std::to_string(method->value));
    }
    return details;
}

audit::Event event_of(const Call& call, const FactorHolder& holder, std::string action) {
    audit::Event event = sign_in_event(call, std::move(action), holder.email);
    event.user_name = holder.name;
    event.resource = "mfa";
    return event;
}

async::Task<Result<void>> append(Services& services, audit::Event event) {
    const Result<audit::Receipt> recorded =
        co_await services.audit_log.append(std::move(event), deadline_in(services.audit_timeout));
    co_return recorded ? Result<void>() : Result<void>(recorded.error());
}

audit::Event lock_event(const Call& call, const FactorHolder& holder) {
    audit::Event event = event_of(call, holder, "user.lock");
    event.action_type = "users";
    event.resource_type = "user";
    event.resource = holder.email;
    event.status = "success";
    event.details = R"({"lock_reason":"five failed second factors in five minutes"})";
    return event;
}

audit::Event cloned_event(const Call& call, const FactorHolder& holder,
                          const mfa::FactorRefusal& refusal) {
    audit::Event event = event_of(call, holder, "mfa.credential.cloned");
    event.action_type = "security";
    event.status = "denied";
    event.rbac_decision = "deny";
    event.details = details_of(call, refusal.kind, refusal.method) + "}";
    return event;
}

}  // namespace

FactorHolder holder_of(const identity::Principal& principal) {
    return {.user = principal.user_id, .email = principal.email, .name = principal.name};
}

mfa::Holder factor_holder(const Call& call) {
    return {.user = call.principal->user_id,
            .session = call.principal->session->id,
            .ip_address = call.client_address,
            .user_agent = call.user_agent};
}

async::Task<Result<void>> record_proof(Services& services, const Call& call, FactorHolder holder,
                                       mfa::ProvenFactor proven) {
    audit::Event event = event_of(call, holder, "mfa.verify");
    event.status = "success";
    event.rbac_decision = "allow";
    std::string details = details_of(call, proven.kind, proven.method);
    append_member(details, "user_verified", proven.user_verified ? "true" : "false");
    event.details = details + "}";
    Result<void> recorded = co_await append(services, std::move(event));
    co_return recorded;
}

async::Task<Result<void>> record_factor_failure(Services& services, const Call& call,
                                                FactorHolder holder, mfa::FactorRefusal refusal) {
    if (refusal.locked_account) {
        rights_changed(services, holder.user);
    }
    audit::Event event = event_of(call, holder, "mfa.verify.failed");
    const int status = info(refusal.error.code).http_status;
    event.status = status >= 500 ? "error" : "denied";
    event.rbac_decision = status >= 500 ? std::nullopt : std::optional<std::string>("deny");
    std::string details = details_of(call, refusal.kind, refusal.method);
    append_member(details, "reason",
                  json_text(refusal.reason.empty() ? id(refusal.error.code) : refusal.reason));
    event.details = details + "}";
    Result<void> recorded = co_await append(services, std::move(event));
    if (recorded && refusal.reason == cloned_reason) {
        recorded = co_await append(services, cloned_event(call, holder, refusal));
    }
    if (recorded && refusal.locked_account) {
        recorded = co_await append(services, lock_event(call, holder));
    }
    co_return recorded;
}

}  // namespace rgw::api
