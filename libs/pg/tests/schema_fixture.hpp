#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "client.hpp"

namespace rgw::pg {

// A migrated database, one session to arrange and one whose refusals are looked at.
class SchemaTest : public testing::Test {
protected:
    std::string add_user(const std::string& email) {
        sql_.execute("insert into users (email, name, roles) values ('" + email + "', 'A', '[]')");
        return sql_.value("select id from users where email = '" + email + "'");
    }
    // "" when the statement succeeds, else the constraint or message it fails with.
    std::string refusal(std::string_view statement) {
        const Result<Rows> rows = client_.run(Statement{"", statement});
        return rows ? "" : rows.error().detail;
    }

    test::TestDatabase database_;
    test::Sql sql_{database_.dsn()};
    Client client_{database_.dsn()};
};

}  // namespace rgw::pg
