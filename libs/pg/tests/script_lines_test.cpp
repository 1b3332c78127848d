#include "script_lines.hpp"

#include <gtest/gtest.h>

namespace rgw::pg {
namespace {

TEST(ScriptLines, APositionCountsCharactersNotBytes) {
    constexpr std::string_view sql = "select 'ääää';\nselect\n  oops;";
    EXPECT_EQ(line_of_position(sql, 1), 1U);
    EXPECT_EQ(line_of_position(sql, 14), 1U);
    EXPECT_EQ(line_of_position(sql, 16), 2U);
    EXPECT_EQ(line_of_position(sql, 25), 3U);
    EXPECT_EQ(line_of_position(sql, 9999), 3U);
}

TEST(ScriptLines, FindsTheLineOfAStatementBehindCommentsAndQuotes) {
    struct Case {
        std::string_view sql;
        std::size_t index;
        std::size_t line;
    };
    const Case cases[] = {
        {"select 1;\nselect 2;", 0, 1},
        {"select 1;\nselect 2;", 1, 2},
        {"-- a; b\n/* c; /* d; */ e; */\nselect 1;", 0, 3},
        {"select ';\n;';\nselect 2", 1, 3},
        {"select 'it''s;';\nselect 2", 1, 2},
        {"select E'\\';';\nselect 2", 1, 2},
        {"select '\\';\nselect 2", 1, 2},
        {"select \"a;b\";\nselect 2", 1, 2},
        {"do $$ begin; end $$;\nselect 2", 1, 2},
        {"do $x$ $$;\n$$; $x$;\nselect 2", 1, 3},
        {"select a$b;\nselect 2", 1, 2},
        {"select $1;\nselect 2", 1, 2},
        {";;\n;select 1;\n;\nselect 2", 1, 4},
        {"select 1", 5, 1},
        {"select 'unfinished;\n", 1, 2},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(line_of_statement(c.sql, c.index), c.line) << c.sql;
    }
}

}  // namespace
}  // namespace rgw::pg
