#include "rgw/identity/cli_session.hpp"

#include <utility>

#include "open_session.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/random.hpp"

namespace rgw::identity {
namespace {

// Bytes; the columns hold as many characters, and a character has at least one.
constexpr std::size_t longest_name = 150;
constexpr std::size_t longest_word = 100;
constexpr std::size_t uuid_characters = 36;

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// RFC 9562 §4, in its usual spelling.
bool is_uuid(std::string_view text) {
    if (text.size() != uuid_characters) {
        return false;
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
        if (dash ? text[at] != '-' : !is_hex_digit(text[at])) {
            return false;
        }
    }
    return true;
}

std::string clipped(std::string_view text, std::size_t limit) {
    return clip_utf8(valid_utf8(text), limit);
}

Device merged(Device shown, Device said) {
    if (!shown.id) {
        shown.id = said.id ? std::move(said.id) : crypto::random_uuid();
    }
    if (shown.name.empty()) {
        shown.name = std::move(said.name);
    }
    if (shown.os.empty()) {
        shown.os = std::move(said.os);
    }
    if (shown.client_version.empty()) {
        shown.client_version = std::move(said.client_version);
    }
    return shown;
}

}  // namespace

Result<Device> checked_device(Device device) {
    if (device.id && device.id->empty()) {
        device.id.reset();
    }
    if (device.id && !is_uuid(*device.id)) {
        return Error(Errc::invalid_value, "device_id is no UUID");
    }
    return Device{.id = device.id ? std::optional(to_lower(*device.id)) : std::nullopt,
                  .name = clipped(device.name, longest_name),
                  .os = clipped(device.os, longest_word),
                  .client_version = clipped(device.client_version, longest_word)};
}

async::Task<Result<CliSession>> open_cli_session(const CliSessionParts& parts,
                                                 CliSessionRequest request, Deadline deadline) {
    const User& user = request.taken.user;
    const CliLogin& login = request.taken.login;
    const Result<void> allowed = may_sign_in(user);
    if (!allowed) {
        co_return allowed.error();
    }
    const Timestamp now = parts.clock.now();
    const NextStep next = next_step(user, request.mfa_required);
    const auto verified_at = next == NextStep::enter ? std::optional(now) : login.mfa_verified_at;
    // In the browser flow a factor was shown for this very sign-in; in the device flow it may be as
    // old as the session of whoever typed the code.
    const auto stepped_up_at =
        login.flow == LoginFlow::browser ? login.mfa_verified_at : std::nullopt;
    const Device device = merged(login.machine.device, std::move(request.machine.device));
    SessionRequest wanted{.user = user.id,
                          .channel = Channel::cli,
                          .mfa_verified_at = verified_at,
                          .recent_step_up_at = stepped_up_at,
                          .ip_address = std::move(request.machine.ip_address),
                          .user_agent = std::move(request.machine.user_agent),
                          .login_flow = login.flow == LoginFlow::browser ? "cli" : "device",
                          .device = device};
    Result<OpenedSession> opened =
        co_await open_session(parts.sessions, parts.limits(), now, std::move(wanted), deadline);
    if (!opened) {
        co_return opened.error();
    }
    co_return CliSession{.user = user,
                         .id = opened->id,
                         .text = std::move(opened->text),
                         .expires_at = opened->expires_at,
                         .device = device,
                         .mfa_verified = verified_at.has_value(),
                         .mfa_required = next != NextStep::enter,
                         .enrollment_required = next == NextStep::enroll};
}

}  // namespace rgw::identity
