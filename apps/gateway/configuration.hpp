#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/audit/chain.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/conninfo.hpp"
#include "rgw/settings/settings.hpp"

namespace rgw::app {

[[nodiscard]] std::optional<std::string> from_environment(std::string_view name);

// The connection strings of the environment. Error: configuration_invalid naming the variable.
[[nodiscard]] Result<pg::ConnInfo> server_connection();
[[nodiscard]] Result<pg::ConnInfo> admin_connection();

// The key the log is sealed with, then those it was sealed with before. Error:
// configuration_invalid.
[[nodiscard]] Result<std::vector<audit::Key>> audit_keys(const settings::AuditSettings& settings);

}  // namespace rgw::app
