#include "role_changes.hpp"

#include <span>
#include <string>
#include <utility>

#include "rgw/base/text.hpp"

namespace rgw::app {
namespace {

constexpr std::chrono::seconds patience{10};

std::string json_of(std::span<const std::string> roles) {
    std::string json = "[";
    for (const std::string& role : roles) {
        json += json.size() > 1 ? "," : "";
        append_json_string(json, role);
    }
    return json + "]";
}

audit::Event event_of(const identity::RoleChange& change, Timestamp now) {
    audit::Event event;
    event.at = now;
    event.action_type = "users";
    event.action = "user.roles_from_claim";
    event.resource_type = "user";
    event.resource = change.email;
    event.user_email = change.email;
    event.user_name = change.name;
    event.details = R"({"by":"identity provider","roles":{"before":)" + json_of(change.before) +
                    R"(,"after":)" + json_of(change.after) + "}}";
    return event;
}

}  // namespace

async::Task<Result<std::int64_t>> RoleChanges::begin(identity::RoleChange change) {
    audit::Event event = event_of(change, clock_.now());
    event.phase = audit::Phase::intent;
    event.status = "pending";
    const Result<audit::Receipt> receipt =
        co_await audit_log_.append(std::move(event), deadline_in(patience));
    if (!receipt) {
        co_return receipt.error();
    }
    co_return receipt->chain_index;
}

async::Task<Result<void>> RoleChanges::end(std::int64_t begun, identity::RoleChange change,
                                           Result<void> outcome) {
    audit::Event event = event_of(change, clock_.now());
    event.phase = audit::Phase::outcome;
    event.intent_index = begun;
    event.status = "success";
    if (!outcome) {
        event.status = outcome.error().code == Errc::last_admin ? "denied" : "error";
        event.details->pop_back();
        *event.details += R"(,"reason":)";
        append_json_string(*event.details, id(outcome.error().code));
        *event.details += "}";
    }
    const Result<audit::Receipt> receipt =
        co_await audit_log_.append_outcome(std::move(event), deadline_in(patience));
    if (!receipt) {
        co_return receipt.error();
    }
    co_return Result<void>();
}

}  // namespace rgw::app
