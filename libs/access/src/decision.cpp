#include "rgw/access/decision.hpp"

namespace rgw::access {
namespace {

std::string_view sentence(Permission missing) {
    using enum Permission;
    if (missing == convox_secret_read) {
        return "You don't have permission to view secrets.";
    }
    if (missing == convox_secret_set) {
        return "You don't have permission to modify secrets.";
    }
    if (missing == convox_env_read) {
        return "You don't have permission to view environment variables.";
    }
    if (missing == convox_process_start || missing == convox_process_exec) {
        return "You don't have permission to run processes.";
    }
    if (missing == convox_process_terminate || missing == convox_process_stop) {
        return "You don't have permission to stop processes.";
    }
    if (missing == convox_release_create) {
        return "You don't have permission to create releases.";
    }
    if (missing == convox_release_promote) {
        return "You don't have permission to promote releases.";
    }
    return "permission denied.";
}

}  // namespace

Result<void> decide(const PermissionSet& held, Permission needed) {
    if (held.has(needed)) {
        return {};
    }
    return Error(Errc::permission_denied, refusal_sentence(needed));
}

std::string refusal_sentence(Permission missing) {
    std::string out(sentence(missing));
    out += " Needed: ";
    out += text(missing);
    return out;
}

}  // namespace rgw::access
