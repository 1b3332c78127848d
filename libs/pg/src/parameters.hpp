#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/pg/conninfo.hpp"

namespace rgw::pg {

using Parameters = std::map<std::string, std::string>;

// What libpq would really use: the given parameters, completed from the PG* variables and service
// files by libpq's own rules. Contains the password.
[[nodiscard]] Parameters effective_parameters(const ConnInfo& info);

// "" when it is not among them.
[[nodiscard]] std::string value_of(const Parameters& parameters, const std::string& key);

// The items of host, hostaddr or port. Empty ones count: libpq pairs them by position.
[[nodiscard]] std::vector<std::string> list_items(std::string_view text);

}  // namespace rgw::pg
