#pragma once

#include <span>
#include <string_view>

#include "rgw/pg/migrate.hpp"

namespace rgw {

// The SQL files of migrations/, embedded, in the order of their numbers.
[[nodiscard]] std::span<const pg::Migration> migrations();

// drop.sql: drops everything the migrations create and nothing else, for reset-db.
[[nodiscard]] std::string_view drop_sql();

// What a login that only runs the server needs, object by object.
[[nodiscard]] std::span<const pg::Grant> runtime_grants();

// All of it.
[[nodiscard]] inline pg::SchemaSource schema_source() {
    return {drop_sql(), migrations(), runtime_grants()};
}

}  // namespace rgw
