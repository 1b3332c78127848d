#include "rgw/pg/dsn.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "rgw/pg/conninfo.hpp"

namespace rgw::pg {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

EnvLookup lookup(Variables variables) {
    return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found != variables.end() ? std::optional(found->second) : std::nullopt;
    };
}

TEST(Dsn, TheFirstVariableThatIsSetWinsAndEmptyCountsAsUnset) {
    struct Case {
        Variables variables;
        std::string_view server;
        std::string_view admin;
    };
    const Case cases[] = {
        {{}, "PG*", "PG*"},
        {{{"DATABASE_URL", "d"}}, "DATABASE_URL", "DATABASE_URL"},
        {{{"DATABASE_URL", "d"}, {"GATEWAY_DATABASE_URL", "g"}},
         "GATEWAY_DATABASE_URL",
         "GATEWAY_DATABASE_URL"},
        {{{"DATABASE_URL", "d"}, {"GATEWAY_DATABASE_URL", "g"}, {"RGW_DATABASE_URL", "r"}},
         "RGW_DATABASE_URL",
         "RGW_DATABASE_URL"},
        {{{"DATABASE_URL", "d"}, {"ADMIN_DATABASE_URL", "a"}},
         "DATABASE_URL",
         "ADMIN_DATABASE_URL"},
        {{{"ADMIN_DATABASE_URL", "a"}}, "PG*", "ADMIN_DATABASE_URL"},
        {{{"RGW_DATABASE_URL", ""}, {"DATABASE_URL", "d"}}, "DATABASE_URL", "DATABASE_URL"},
        {{{"ADMIN_DATABASE_URL", "  "}, {"DATABASE_URL", "d"}}, "DATABASE_URL", "DATABASE_URL"},
    };
    for (const Case& c : cases) {
        const DsnChoice server = server_dsn(lookup(c.variables));
        const DsnChoice admin = admin_dsn(lookup(c.variables));
        EXPECT_EQ(server.variable, c.server);
        EXPECT_EQ(admin.variable, c.admin);
        EXPECT_EQ(server.dsn.expose(),
                  c.server == "PG*" ? "" : c.variables.at(std::string(c.server)));
        EXPECT_EQ(admin.dsn.expose(), c.admin == "PG*" ? "" : c.variables.at(std::string(c.admin)));
    }
}

TEST(ConnInfo, ShowsWhereItConnectsButNeverThePassword) {
    struct Case {
        std::string_view dsn;
        std::string_view shown;
    };
    const Case cases[] = {
        {"postgres://rgw:hunter2@db.example.com:5433/gateway",
         "postgres://rgw@db.example.com:5433/gateway"},
        {"postgresql://rgw:hunter2@db.example.com/gateway",
         "postgres://rgw@db.example.com:5432/gateway"},
        {"host=db.example.com user=rgw password=hunter2 dbname=gateway",
         "postgres://rgw@db.example.com:5432/gateway"},
        {"postgres://rgw:hunter2@a:1,b:2/gateway?target_session_attrs=read-write",
         "postgres://rgw@a:1,b:2/gateway"},
        {"postgres://rgw:hunter2@a,b/gateway", "postgres://rgw@a:5432,b:5432/gateway"},
        {"postgres://rgw:hunter2@[::1]:5433/gateway", "postgres://rgw@[::1]:5433/gateway"},
        {"host=/run/pg user=rgw password=hunter2 dbname=gateway",
         "postgres://rgw@/gateway?host=/run/pg"},
        {"postgres://rgw@h/gateway?password=hunter2&sslmode=require",
         "postgres://rgw@h:5432/gateway"},
    };
    for (const Case& c : cases) {
        const Result<ConnInfo> info = ConnInfo::parse(c.dsn);
        ASSERT_TRUE(info) << c.dsn;
        EXPECT_EQ(info->shown(), c.shown);
    }
}

TEST(ConnInfo, TakesWhatIsNotGivenFromThePgVariablesAndAnExplicitValueWins) {
    ::setenv("PGHOST", "from-env", 1);
    ::setenv("PGUSER", "env-user", 1);
    ::setenv("PGPASSWORD", "hunter2", 1);
    ::setenv("PGSSLMODE", "disable", 1);
    EXPECT_EQ(ConnInfo::parse("")->shown(), "postgres://env-user@from-env:5432/env-user");
    EXPECT_EQ(ConnInfo::parse("postgres://me@there/db")->shown(), "postgres://me@there:5432/db");
    const ConnInfo explicit_mode = ConnInfo::parse("postgres://there/db?sslmode=require").value();
    EXPECT_EQ(explicit_mode.parameters().at("sslmode"), "require");
    for (const char* variable : {"PGHOST", "PGUSER", "PGPASSWORD", "PGSSLMODE"}) {
        ::unsetenv(variable);
    }
}

TEST(ConnInfo, AMalformedTextIsRefusedWithoutQuotingIt) {
    for (const std::string_view dsn :
         {"postgres://u:hunter2@h:port:port/x?y", "password=hunter2 hunter2", "hunter2",
          "mysql://u:hunter2@h/db", "postgres://u:hunter2@h/db?hunter2=1"}) {
        const Result<ConnInfo> info = ConnInfo::parse(dsn);
        ASSERT_FALSE(info) << dsn;
        EXPECT_EQ(info.error().code, Errc::configuration_invalid);
        EXPECT_EQ(info.error().detail.find("hunter2"), std::string::npos) << info.error().detail;
    }
}

}  // namespace
}  // namespace rgw::pg
