#pragma once

#include <cstddef>
#include <string_view>

namespace rgw::pg {

// The line (from 1 on) of a position that PostgreSQL gave: characters, not bytes, from 1 on.
[[nodiscard]] std::size_t line_of_position(std::string_view sql, std::size_t position);

// The line on which the statement number `index` (from 0 on) of a script begins. Knows comments,
// quoted text and dollar quotes. For failures without a position: those at run time.
[[nodiscard]] std::size_t line_of_statement(std::string_view sql, std::size_t index);

}  // namespace rgw::pg
