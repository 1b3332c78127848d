#pragma once

#include <span>
#include <string_view>

#include "rgw/pg/migrate.hpp"

namespace rgw {

// The SQL files of migrations/, embedded, in the order of their numbers.
[[nodiscard]] std::span<const pg::Migration> migrations();

// drop.sql: drops everything the migrations create and nothing else, for reset-db.
[[nodiscard]] std::string_view drop_sql();

}  // namespace rgw
