#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/secret.hpp"

namespace rgw::pg {

// The environment, or a test's table of it.
using EnvLookup = std::function<std::optional<std::string>(std::string_view name)>;

// Which connection string to use, and the name of the variable it came from for messages ("PG*"
// when none is set: then dsn is empty and libpq takes everything from the PG* variables).
struct DsnChoice {
    Secret dsn;
    std::string_view variable;
};

// RGW_DATABASE_URL, GATEWAY_DATABASE_URL, DATABASE_URL: the first that is set; empty counts as
// unset.
[[nodiscard]] DsnChoice server_dsn(const EnvLookup& environment);
// For migrate, reset-db and the migrations at start: ADMIN_DATABASE_URL before those.
[[nodiscard]] DsnChoice admin_dsn(const EnvLookup& environment);

}  // namespace rgw::pg
