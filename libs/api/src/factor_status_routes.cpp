// What somebody has to show, and what is trusted without (spec http-api §10.1).
#include <string>
#include <utility>
#include <vector>

#include "call.hpp"
#include "factor_answers.hpp"
#include "handlers.hpp"
#include "rgw/base/text.hpp"
#include "rgw/mfa/factor_store.hpp"
#include "rgw/mfa/trusted_devices.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

constexpr std::size_t shown_label_bytes = 120;
constexpr std::size_t shown_agent_bytes = 160;

struct FactorMethod {
    std::int64_t id = 0;
    std::string type;
    std::string label;
    bool cli_capable = false;
    Timestamp created_at{};
    std::optional<Timestamp> confirmed_at;
    std::optional<Timestamp> last_used_at;
};
RGW_WIRE(FactorMethod, id, type, label, cli_capable, created_at, confirmed_at, last_used_at)

struct FactorDevice {
    std::int64_t id = 0;
    std::string label;
    Timestamp created_at{};
    Timestamp last_used_at{};
    Timestamp expires_at{};
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
};
RGW_WIRE(FactorDevice, id, label, created_at, last_used_at, expires_at, ip_address, user_agent)

struct BackupCodes {
    std::int64_t total = 0;
    std::int64_t unused = 0;
    std::optional<Timestamp> last_used_at;
    std::optional<Timestamp> last_generated_at;
};
RGW_WIRE(BackupCodes, total, unused, last_used_at, last_generated_at)

struct FactorStatus {
    bool enrolled = false;
    bool required = false;
    std::vector<FactorMethod> methods;
    std::vector<FactorDevice> trusted_devices;
    BackupCodes backup_codes;
    std::optional<Timestamp> recent_step_up_expires_at;
    std::optional<std::string> preferred_method;
    bool webauthn_available = false;
};
RGW_WIRE(FactorStatus, enrolled, required, methods, trusted_devices, backup_codes,
         recent_step_up_expires_at, preferred_method, webauthn_available)

std::string clipped(std::string_view text, std::size_t bytes) {
    return clip_utf8(valid_utf8(text), bytes);
}

FactorMethod as_method(const mfa::Method& method) {
    std::string label = method.label;
    if (label.empty()) {
        for (const char c : mfa::name(method.kind)) {
            label += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    return {.id = method.id.value,
            .type = std::string(mfa::name(method.kind)),
            .label = clipped(label, shown_label_bytes),
            .cli_capable = method.cli_capable,
            .created_at = method.created_at,
            .confirmed_at = method.confirmed_at,
            .last_used_at = method.last_used_at};
}

FactorDevice as_device(const mfa::TrustedDevice& device) {
    constexpr std::size_t shown_uuid = 8;
    return {.id = device.id.value,
            .label = device.user_agent ? clipped(*device.user_agent, shown_agent_bytes)
                                       : "Device " + device.device_uuid.substr(0, shown_uuid),
            .created_at = device.created_at,
            .last_used_at = device.last_used_at,
            .expires_at = device.expires_at,
            .ip_address = device.ip_address,
            .user_agent = device.user_agent};
}

// A command line is told only of the security keys its owner means it to use.
bool is_for_caller(const mfa::Method& method, const Call& call) {
    return call.by_cookie || method.kind != mfa::FactorKind::webauthn || method.cli_capable;
}

async::Task<Result<Reply>> answer_status(GatewayCall call) {
    const Result<FactorAccess*> access = factor_access(call);
    if (!access) {
        co_return access.error();
    }
    const identity::PrincipalPtr& who = call.principal();
    const Deadline deadline = deadline_in(factor_patience);
    const auto factors = co_await (*access)->store.load(who->user_id, deadline);
    if (!factors) {
        co_return factors.error();
    }
    const auto devices = co_await (*access)->devices.store().list(who->user_id, deadline);
    if (!devices) {
        co_return devices.error();
    }
    const auto policy = call.services().policy.current();
    FactorStatus status{
        .enrolled = factors->enrolled,
        .required = who->session->mfa_enforced || policy->mfa_require_all_users,
        .backup_codes = {.total = factors->backup_codes.total,
                         .unused = factors->backup_codes.unused,
                         .last_used_at = factors->backup_codes.last_used_at,
                         .last_generated_at = factors->backup_codes.last_generated_at},
        .preferred_method = factors->preferred,
        .webauthn_available = true};
    if (who->session->recent_step_up_at) {
        status.recent_step_up_expires_at =
            *who->session->recent_step_up_at + policy->step_up_window;
    }
    for (const mfa::Method& method : factors->methods) {
        if (is_for_caller(method, call.call())) {
            status.methods.push_back(as_method(method));
        }
    }
    for (const mfa::TrustedDevice& device : *devices) {
        status.trusted_devices.push_back(as_device(device));
    }
    co_return json_reply(status);
}

}  // namespace

const Operation get_mfa_status{.handle = answer_status,
                               .summary = "One's own factors, codes and trusted browsers",
                               .answer = shape<FactorStatus>};

}  // namespace rgw::api
