#include "login_events.hpp"

#include <utility>

#include "audit_entry.hpp"
#include "rgw/base/text.hpp"

namespace rgw::api {
namespace {

void append_member(std::string& members, std::string_view name, std::string_view value) {
    if (value.empty()) {
        return;
    }
    members += members.empty() ? "" : ",";
    append_json_string(members, name);
    members += ':';
    append_json_string(members, value);
}

std::string_view name(identity::LoginFlow flow) {
    return flow == identity::LoginFlow::browser ? "browser" : "device";
}

std::string device_members(const identity::Device& device) {
    std::string members;
    append_member(members, "device_name", device.name);
    append_member(members, "device_os", device.os);
    append_member(members, "client_version", device.client_version);
    append_member(members, "device_id", device.id.value_or(""));
    return members;
}

std::string details_of(identity::LoginFlow flow, const std::string& members) {
    std::string details = R"({"channel":"cli","flow":")";
    details += name(flow);
    details += '"';
    details += members.empty() ? "" : ",";
    return details + members + "}";
}

}  // namespace

std::string machine_members(const identity::AskingMachine& machine) {
    std::string members = device_members(machine.device);
    append_member(members, "asked_from", machine.ip_address.value_or(""));
    return members;
}

audit::Event login_event(const Call& call, std::string action, std::string email,
                         identity::LoginFlow flow, const identity::AskingMachine& machine) {
    audit::Event event = sign_in_event(call, std::move(action), std::move(email));
    event.status = "success";
    event.http_status = 200;
    event.details = details_of(flow, machine_members(machine));
    return event;
}

audit::Event login_completed(const Call& call, const identity::CliSession& session,
                             identity::LoginFlow flow) {
    audit::Event event = sign_in_event(call, "login.complete", session.user.email);
    event.user_name = session.user.name;
    event.status = "success";
    event.http_status = 200;
    const std::string id = R"("session_id":)" + std::to_string(session.id.value);
    event.details = details_of(flow, id + "," + device_members(session.device));
    return event;
}

audit::Event login_refused(const Call& call, std::string action, const Error& error,
                           std::string email, int http_status) {
    audit::Event event = sign_in_event(call, std::move(action), std::move(email));
    const bool ours = info(error.code).http_status >= 500;
    event.status = ours ? "error" : "denied";
    event.rbac_decision = ours ? std::nullopt : std::optional<std::string>("deny");
    event.http_status = http_status;
    std::string details = R"({"channel":"cli","reason":)";
    append_json_string(details, describe(error));
    event.details = details + "}";
    return event;
}

}  // namespace rgw::api
