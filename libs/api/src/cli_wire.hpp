#pragma once

#include <optional>
#include <string>

#include "rgw/identity/cli_login_store.hpp"
#include "rgw/identity/cli_session.hpp"
#include "wire.hpp"

// What the routes that sign in command lines write in the same words.
namespace rgw::api {

// Whatever is refused with a code or a sentence that clients compare.
struct LoginError {
    std::string error;
};
RGW_WIRE(LoginError, error)

// The machine that asks, for the person who decides.
struct LoginRequest {
    std::string email;  // of who signs in; "" while nobody is known
    std::string device_name;
    std::string device_os;
    std::string client_version;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    Timestamp requested_at{};
    Timestamp expires_at{};
};
RGW_WIRE(LoginRequest, email, device_name, device_os, client_version, ip_address, user_agent,
         requested_at, expires_at)

[[nodiscard]] inline LoginRequest request_of(const identity::CliLogin& login) {
    const identity::AskingMachine& machine = login.machine;
    return {.email = login.email,
            .device_name = machine.device.name,
            .device_os = machine.device.os,
            .client_version = machine.device.client_version,
            .ip_address = machine.ip_address,
            .user_agent = machine.user_agent,
            .requested_at = login.created_at,
            .expires_at = login.expires_at};
}

struct SessionMade {
    std::string token;
    std::string email;
    std::string name;
    Timestamp expires_at{};
    std::int64_t session_id = 0;
    std::string channel;
    std::string device_id;
    std::string device_name;
    bool mfa_verified = false;
    bool mfa_required = false;
    bool enrollment_required = false;
};
RGW_WIRE(SessionMade, token, email, name, expires_at, session_id, channel, device_id, device_name,
         mfa_verified, mfa_required, enrollment_required)

[[nodiscard]] inline SessionMade made_of(const identity::CliSession& session) {
    return {.token = std::string(session.text.expose()),
            .email = session.user.email,
            .name = session.user.name,
            .expires_at = session.expires_at,
            .session_id = session.id.value,
            .channel = std::string(name(identity::Channel::cli)),
            .device_id = session.device.id.value_or(""),
            .device_name = session.device.name,
            .mfa_verified = session.mfa_verified,
            .mfa_required = session.mfa_required,
            .enrollment_required = session.enrollment_required};
}

struct CliNext {
    std::string redirect;
};
RGW_WIRE(CliNext, redirect)

[[nodiscard]] inline Reply word(int status, std::string_view code) {
    return json_reply(LoginError{std::string(code)}, status);
}

}  // namespace rgw::api
