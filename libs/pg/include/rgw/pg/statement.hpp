#pragma once

#include <string_view>

namespace rgw::pg {

// A query of the program: `name` is the prepared statement's name, its metric and its log label;
// `sql` uses $1, $2 … Both live for the whole process (constants next to the store function that
// uses them).
struct Statement {
    std::string_view name;
    std::string_view sql;
};

}  // namespace rgw::pg
