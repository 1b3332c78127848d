#include "audit_entry.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "rgw/access/permission.hpp"
#include "rgw/async/task_group.hpp"
#include "rgw/base/text.hpp"

namespace rgw::api {
namespace {

// A refused path can be as long as a head may be; this much of it tells what was tried.
constexpr std::size_t refused_path_bytes = 400;
constexpr std::size_t most_names_bytes = 2000;

void append_member(std::string& json, std::string_view name, std::string_view value) {
    json += json.empty() ? "{" : ",";
    append_json_string(json, name);
    json += ':';
    append_json_string(json, value);
}

void append_member(std::string& json, std::string_view name, std::int64_t value) {
    json += json.empty() ? "{" : ",";
    append_json_string(json, name);
    json += ':';
    json += std::to_string(value);
}

void append_figures(std::string& details, const SessionFigures& session) {
    append_member(details, "bytes_to_rack", static_cast<std::int64_t>(session.bytes_to_rack));
    append_member(details, "bytes_to_client", static_cast<std::int64_t>(session.bytes_to_client));
    append_member(details, "ended_by", session.ended_by);
    append_member(details, "close_code", std::int64_t{session.close_code});
    if (session.exit_code) {
        append_member(details, "exit_code", std::int64_t{*session.exit_code});
    }
}

// What every event of the call says: who, when, from where.
audit::Event base_event(const Call& call) {
    audit::Event event;
    event.at = call.started;
    if (call.principal) {
        event.user_email = call.principal->email;
        event.user_name = call.principal->name;
        if (call.principal->api_token_id) {
            event.api_token_id = call.principal->api_token_id->value;
            event.api_token_name = call.principal->api_token_name;
        }
    }
    event.request_id = call.request_id;
    event.ip_address = call.client_address;
    event.user_agent = call.user_agent;
    event.command = call.command;
    return event;
}

void describe_rack_call(audit::Event& event, const rack::Match& match) {
    const access::Permission permission = match.route->permission;
    event.action_type = "convox";
    event.action = access::audit_action(permission);
    event.resource_type = std::string(access::audit_resource_type(permission));
    event.resource = match.audit_resource();
}

// What an intent says of what it is about to change, in case nothing else can be said.
std::string names_of(const std::vector<ChangeRecord>& changes) {
    std::string names;
    for (const ChangeRecord& change : changes) {
        if (names.size() > most_names_bytes) {
            return names + " …";
        }
        names += (names.empty() ? "" : ", ") + change.action + " " + change.name;
    }
    return names;
}

void describe_gateway_call(audit::Event& event, const Call& call) {
    const RecordedAs& record = call.gateway_route->record;
    if (!record.action.empty()) {
        event.action_type = record.action_type;
        event.action = record.action;
        event.resource_type = std::string(record.resource_type);
    } else if (call.needed) {
        event.action_type = "gateway";
        event.action = access::audit_action(*call.needed);
        event.resource_type = std::string(access::audit_resource_type(*call.needed));
    }
    if (call.resource) {
        event.resource = call.resource;
    } else if (!call.path.empty()) {
        event.resource = call.path.front().second;
    }
}

std::string path_of(const Call& call) {
    if (call.rack) {
        return call.rack->path + call.rack->query;
    }
    // A query of ours may hold what people search for; the event's details say what matters of it.
    const std::string_view target = call.exchange.head().target;
    return std::string(target.substr(0, std::min(target.find('?'), refused_path_bytes)));
}

audit::Event call_event(const Call& call, const Outcome* outcome) {
    audit::Event event = base_event(call);
    if (call.rack) {
        describe_rack_call(event, *call.rack);
    } else {
        describe_gateway_call(event, call);
    }
    event.rbac_decision = "allow";
    std::string details;
    append_member(details, "method",
                  call.rack ? call.rack->route->method : call.gateway_route->method);
    append_member(details, "path", path_of(call));
    details += call.details;
    if (outcome == nullptr && !call.changes.empty()) {
        append_member(details, "changes", names_of(call.changes));
    }
    if (outcome != nullptr) {
        event.status = outcome->status;
        event.http_status = outcome->http_status;
        event.response_time_ms = call.elapsed_ms();
        if (outcome->status == "denied") {
            event.rbac_decision = "deny";
        }
        if (outcome->reason) {
            append_member(details, "reason", id(*outcome->reason));
        }
        if (outcome->session) {
            append_figures(details, *outcome->session);
        }
    }
    event.details = details + "}";
    return event;
}

bool is_mutating(const Call& call) {
    return call.rack ? call.rack->route->mutating : call.gateway_route->mutating();
}

// What nobody may do, however many rights they have.
bool is_rule(Errc code) {
    return code == Errc::own_account || code == Errc::last_admin;
}

// Whoever lacks a factor is known, and so is what they wanted.
bool is_about_factor(Errc code) {
    return code == Errc::mfa_step_up_required || code == Errc::mfa_required ||
           code == Errc::mfa_verification_failed;
}

bool is_authentication_failure(Errc code) {
    return info(code).http_status == 401 && !is_about_factor(code);
}

// A transaction may have been committed although nobody heard of it.
bool leaves_open(Errc code) {
    return code == Errc::database_timeout || code == Errc::database_unavailable ||
           code == Errc::internal;
}

}  // namespace

Outcome outcome_of_status(int http_status) {
    const std::string_view status = http_status < 400   ? "success"
                                    : http_status < 500 ? "failed"
                                                        : "error";
    return {.status = status, .http_status = http_status};
}

Outcome outcome_of_refusal(const Error& error) {
    const int http_status = info(error.code).http_status;
    const bool denied = http_status == 401 || http_status == 403 || is_rule(error.code);
    return {.status = denied                    ? "denied"
                      : leaves_open(error.code) ? "unknown"
                      : http_status < 500       ? "failed"
                                                : "error",
            .http_status = http_status,
            .reason = error.code};
}

Outcome outcome_of_error(const Error& error, Sent sent) {
    return {.status = sent == Sent::yes ? "unknown" : "error",
            .http_status = info(error.code).http_status,
            .reason = error.code};
}

async::Task<Result<void>> AuditEntry::open() {
    if (!services_.audit_log.healthy()) {
        co_return Error(Errc::audit_unavailable, "the appender is waiting for the database");
    }
    if (!is_mutating(call_)) {
        co_return Result<void>();
    }
    audit::Event intent = call_event(call_, nullptr);
    intent.phase = audit::Phase::intent;
    intent.status = "pending";
    const Result<audit::Receipt> receipt = co_await services_.audit_log.append(
        std::move(intent), deadline_in(services_.audit_timeout));
    if (!receipt) {
        co_return receipt.error();
    }
    intent_index_ = receipt->chain_index;
    co_return Result<void>();
}

async::Task<Result<void>> AuditEntry::close(Outcome outcome) {
    if (call_.recorded) {
        co_return Result<void>();
    }
    call_.recorded = true;
    audit::Event event = call_event(call_, &outcome);
    const Deadline deadline = deadline_in(services_.audit_timeout);
    if (!intent_index_) {
        const Result<audit::Receipt> single =
            co_await services_.audit_log.append(std::move(event), deadline);
        if (!single) {
            co_return single.error();
        }
        co_return Result<void>();
    }
    event.phase = audit::Phase::outcome;
    event.intent_index = intent_index_;
    // In one batch with the outcome: all wait for the same commit.
    async::TaskGroup changes(call_.exchange.loop());
    Result<void> all_written;
    if (outcome.status == "success") {
        for (const ChangeRecord& change : call_.changes) {
            changes.spawn(write_change(change, outcome.http_status, deadline, all_written));
        }
    }
    const Result<audit::Receipt> written =
        co_await services_.audit_log.append_outcome(std::move(event), deadline);
    co_await changes.join();
    if (!written) {
        co_return Error(Errc::audit_outcome_pending, describe(written.error()));
    }
    co_return all_written;
}

async::Task<void> AuditEntry::write_change(const ChangeRecord& change, int http_status,
                                           Deadline deadline, Result<void>& all_written) {
    audit::Event event = base_event(call_);
    event.action_type = change.action_type;
    event.action = change.action;
    event.resource_type = change.resource_type;
    event.resource = change.resource;
    event.details = change.details;
    event.status = "success";
    event.rbac_decision = "allow";
    event.http_status = http_status;
    event.response_time_ms = call_.elapsed_ms();
    const Result<audit::Receipt> written =
        co_await services_.audit_log.append(std::move(event), deadline);
    if (!written) {
        all_written = Error(Errc::audit_outcome_pending, describe(written.error()));
    }
}

audit::Event refusal_event(const Call& call, const Error& error) {
    audit::Event event = base_event(call);
    const http::RequestHead& head = call.exchange.head();
    const std::string_view path = head.target.substr(0, head.target.find('?'));
    if (error.code == Errc::rate_limited) {
        event.action_type = "security";
        event.action = "rate_limit.exceeded";
        event.resource_type = "route";
        event.resource = std::string(path.substr(0, refused_path_bytes));
    } else if (is_authentication_failure(error.code)) {
        event.action_type = "auth";
        event.action = "token.validate";
        event.resource_type = "auth";
        event.resource = "api_token";
    } else if (call.rack) {
        describe_rack_call(event, *call.rack);
    } else if (call.gateway_route != nullptr &&
               (call.needed || !call.gateway_route->record.action.empty())) {
        describe_gateway_call(event, call);
    } else {
        event.action_type = "security";
        event.action = "request.refused";
        event.resource_type = "route";
        event.resource = std::string(path.substr(0, refused_path_bytes));
    }
    const int http_status = info(error.code).http_status;
    event.status = http_status >= 500 ? "error" : "denied";
    if (http_status < 500) {
        event.rbac_decision = "deny";
    }
    event.http_status = http_status;
    event.response_time_ms = call.elapsed_ms();
    std::string details;
    append_member(details, "method", head.method);
    append_member(details, "path", path.substr(0, refused_path_bytes));
    append_member(details, "reason", id(error.code));
    event.details = details + "}";
    return event;
}

audit::Event sign_in_event(const Call& call, std::string action, std::string email) {
    audit::Event event = base_event(call);
    event.action_type = "auth";
    event.action = std::move(action);
    event.resource_type = "auth";
    event.resource = email;
    event.user_email = std::move(email);
    event.response_time_ms = call.elapsed_ms();
    return event;
}

audit::Event malformed_request_event(Timestamp now, std::string_view client_address,
                                     const Error& error, std::string_view partial_line) {
    audit::Event event;
    event.at = now;
    event.ip_address = std::string(client_address);
    event.action_type = "security";
    event.action = "request.malformed";
    event.resource_type = "route";
    event.status = "denied";
    event.rbac_decision = "deny";
    event.http_status = info(error.code).http_status;
    std::string details;
    append_member(details, "reason", id(error.code));
    append_member(details, "line", partial_line.substr(0, refused_path_bytes));
    event.details = details + "}";
    return event;
}

}  // namespace rgw::api
