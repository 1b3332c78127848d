#include "configuration.hpp"

#include <cstdlib>

#include "rgw/pg/dsn.hpp"

namespace rgw::app {
namespace {

Result<pg::ConnInfo> parse(const pg::DsnChoice& choice) {
    Result<pg::ConnInfo> info = pg::ConnInfo::parse(choice.dsn.expose());
    if (!info) {
        return Error(info.error().code, std::string(choice.variable) + ": " + info.error().detail);
    }
    return info;
}

}  // namespace

std::optional<std::string> from_environment(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<pg::ConnInfo> server_connection() {
    return parse(pg::server_dsn(from_environment));
}

Result<pg::ConnInfo> admin_connection() {
    return parse(pg::admin_dsn(from_environment));
}

Result<std::vector<audit::Key>> audit_keys(const settings::AuditSettings& settings) {
    if (settings.hmac_secret.empty()) {
        return Error(
            Errc::configuration_invalid,
            "AUDIT_HMAC_SECRET is not set; the audit log cannot be written or verified without it");
    }
    std::vector<audit::Key> keys;
    keys.emplace_back(settings.hmac_secret);
    for (const Secret& previous : settings.previous_secrets) {
        keys.emplace_back(previous);
    }
    return keys;
}

}  // namespace rgw::app
