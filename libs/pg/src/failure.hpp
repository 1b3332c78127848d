#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"

struct pg_result;

namespace rgw::pg {

// PostgreSQL's error fields, as far as we use them.
struct Failure {
    std::string sqlstate;
    std::string message;
    std::string detail;
    std::string context;
    std::string constraint;
    std::size_t position = 0;
    bool fatal = false;  // the server ends the session
};

[[nodiscard]] Failure read_failure(const pg_result* result);

// Whether the session is of no use after this: it is ending, stands on a standby now, or its
// prepared statements no longer fit the schema.
[[nodiscard]] bool spoils_connection(const Failure& failure);

[[nodiscard]] Errc code_of(std::string_view sqlstate);

// A failed statement with bind values. A message of class 22 may quote a value, so it is left out.
[[nodiscard]] Error statement_error(const Failure& failure, std::string_view statement);
// A failed script: our own text, so PostgreSQL's message is shown in full.
[[nodiscard]] Error script_error(const Failure& failure);

// libpq's text of several lines on one line.
[[nodiscard]] std::string on_one_line(std::string_view text);

}  // namespace rgw::pg
