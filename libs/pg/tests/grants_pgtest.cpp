#include "rgw/pg/grants.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "migrate_fixture.hpp"

namespace rgw::pg {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAreArray;

using Done = Result<std::vector<std::string>>;

std::string identifier(const std::string& name) {
    std::string text = "\"";
    for (const char c : name) {
        text += c == '"' ? "\"\"" : std::string(1, c);
    }
    return text + "\"";
}

// Roles belong to the cluster, which other tests use as well: names of this process, dropped at the
// end.
class GrantTest : public testing::Test {
protected:
    // Everybody has it in a new database, so it would not be given.
    GrantTest() { sql_.execute("revoke usage on schema public from public"); }
    ~GrantTest() override {
        for (const std::string& role : roles_) {
            sql_.execute("drop owned by " + identifier(role) + " cascade; drop role " +
                         identifier(role));
        }
    }
    std::string add_role(const std::string& name, const std::string& options = "login") {
        roles_.push_back(name + "_" + std::to_string(::getpid()));
        sql_.execute("create role " + identifier(roles_.back()) + " " + options);
        return roles_.back();
    }
    Done grant(const std::string& role, GrantMode mode = GrantMode::exactly,
               const std::string& as = "", SchemaSource source = schema_source()) {
        const std::string dsn =
            as.empty() ? database_.dsn() : test::with_parameter(database_.dsn(), "user", as);
        async::Loop loop("grant");
        loop.start();
        return test::run(loop, there(loop, ConnInfo::parse(dsn).value(), role, mode, source));
    }
    static async::Task<Done> there(async::Loop& loop, ConnInfo info, std::string role,
                                   GrantMode mode, SchemaSource source) {
        Done done = co_await grant_to_role(loop, info, std::move(role), mode, source);
        co_return done;
    }
    // "public.users: DELETE,INSERT,SELECT,UPDATE", of everything outside the system's schemas.
    std::vector<std::string> rights_of(const std::string& role) {
        return sql_.column(
            "select o.name || ': ' || string_agg(a.privilege_type, ',' order by a.privilege_type)"
            " from (select n.nspname || '.' || c.relname, c.relacl from pg_class c join "
            "pg_namespace"
            " n on n.oid = c.relnamespace union all select n.nspname || '.' || p.proname || '()',"
            " p.proacl from pg_proc p join pg_namespace n on n.oid = p.pronamespace union all "
            "select"
            " nspname::text, nspacl from pg_namespace) as o(name, acl), aclexplode(o.acl) a where"
            " a.grantee = (select oid from pg_roles where rolname = '" +
            role + "') group by o.name");
    }
    static std::vector<std::string> wanted_rights() {
        std::vector<std::string> all;
        for (const Grant& grant : runtime_grants()) {
            const std::string schema(grant.schema);
            const std::string name(grant.name);
            all.push_back(
                grant.kind == Grant::Kind::schema ? schema + ": USAGE"
                : grant.kind == Grant::Kind::function
                    ? schema + "." + name + "(): EXECUTE"
                    : schema + "." + name + ": " +
                          (grant.rights == "select" ? "SELECT" : "DELETE,INSERT,SELECT,UPDATE"));
        }
        return all;
    }

    test::TestDatabase database_;
    test::Sql sql_{database_.dsn()};
    std::vector<std::string> roles_;
};

TEST_F(GrantTest, GivesExactlyWhatIsListedAndTheListHasEveryTableAndFunctionOfTheGateway) {
    const std::string role = add_role("rgw_app");
    const Done done = grant(role);
    ASSERT_TRUE(done) << describe(done.error());
    EXPECT_THAT(rights_of(role), UnorderedElementsAreArray(wanted_rights()));
    std::vector<std::string> listed;
    for (const Grant& grant : runtime_grants()) {
        if (grant.kind != Grant::Kind::schema) {
            listed.push_back(std::string(grant.schema) + "." + std::string(grant.name) +
                             (grant.kind == Grant::Kind::function ? "()" : ""));
        }
    }
    EXPECT_THAT(sql_.column("select n.nspname || '.' || c.relname from pg_class c join pg_namespace"
                            " n on n.oid = c.relnamespace where n.nspname in ('public', 'audit')"
                            " and c.relkind in ('r', 'p') union all select n.nspname || '.' ||"
                            " p.proname || '()' from pg_proc p join pg_namespace n on n.oid ="
                            " p.pronamespace where n.nspname in ('public', 'audit') and"
                            " p.prorettype <> 'trigger'::regtype"),
                UnorderedElementsAreArray(listed))
        << "a new object needs a row in migrations/grants.cpp";
}

TEST_F(GrantTest, DoesNothingTheSecondTime) {
    const std::string role = add_role("rgw_app");
    EXPECT_THAT(grant(role).value(), Not(IsEmpty()));
    EXPECT_THAT(grant(role).value(), IsEmpty());
    EXPECT_THAT(grant(role, GrantMode::what_is_missing).value(), IsEmpty());
}

TEST_F(GrantTest, TakesAwayWhatAnEarlierGrantGaveTooMuch) {
    const std::string role = add_role("rgw_app");
    sql_.execute("create table operators_own (n int); grant usage, create on schema audit to " +
                 role + "; grant all on all tables in schema public, audit to " + role +
                 "; grant update (action) on audit.audit_event to " + role +
                 "; grant select on audit.head to " + role + " with grant option");
    const Done done = grant(role);
    ASSERT_TRUE(done) << describe(done.error());
    std::vector<std::string> expected = wanted_rights();
    const bool maintain = sql_.value("select current_setting('server_version_num')") >= "170000";
    expected.push_back(std::string("public.operators_own: DELETE,INSERT,") +
                       (maintain ? "MAINTAIN," : "") + "REFERENCES,SELECT,TRIGGER,TRUNCATE,UPDATE");
    EXPECT_THAT(rights_of(role), UnorderedElementsAreArray(expected));
    EXPECT_THAT(sql_.column("select attname from pg_attribute where attacl is not null and"
                            " attrelid = 'audit.audit_event'::regclass"),
                IsEmpty());
}

TEST_F(GrantTest, WhatIsMissingTakesNothingAway) {
    const std::string role = add_role("rgw_app");
    sql_.execute("grant truncate on jobs to " + role);
    ASSERT_TRUE(grant(role, GrantMode::what_is_missing));
    EXPECT_THAT(rights_of(role), testing::Contains(HasSubstr("public.jobs: DELETE,INSERT,SELECT,"
                                                             "TRUNCATE,UPDATE")));
}

// A role's name is the operator's text: it never becomes SQL.
TEST_F(GrantTest, ANameIsAnIdentifierWhateverItSays) {
    for (const std::string& name :
         {"Rack Gateway", "a\"; drop table users; --", "a'; drop table users; --", "%I$1{}",
          "current_user", "röle", "back\\slash", "semi;colon", "new\nline"}) {
        const std::string role = add_role(name);
        const Done done = grant(role);
        ASSERT_TRUE(done) << name << ": " << describe(done.error());
        sql_.execute("set role " + identifier(role) + "; select from public.users; reset role");
    }
    EXPECT_EQ(sql_.value("select count(*) from users"), "0");
}

TEST_F(GrantTest, ARoleThatIsNotThereIsToldHowToBeMade) {
    struct Case {
        std::string name;
        std::string_view says;
    };
    const Case cases[] = {
        {"rack_gateway_app_x", "CREATE ROLE rack_gateway_app_x WITH LOGIN PASSWORD"},
        {"Mixed", "CREATE ROLE \"Mixed\" WITH LOGIN PASSWORD"},
        {"public", "there is no role public"},
        {"PUBLIC", "there is no role \"PUBLIC\""},
        {"none", "there is no role"},
        {"", "there is no role \"\""},
        {"x\"; drop table users; --", "CREATE ROLE \"x\"\"; drop table users; --\" WITH"},
        {std::string(70, 'a'), "there is no role"},
    };
    for (const Case& c : cases) {
        const Done done = grant(c.name);
        ASSERT_FALSE(done) << c.name;
        EXPECT_EQ(done.error().code, Errc::not_found) << c.name;
        EXPECT_THAT(done.error().detail, HasSubstr(std::string(c.says))) << c.name;
    }
    // A name of 70 characters is not the role that its first 63 name.
    const std::string role = add_role(std::string(50, 'b'));
    EXPECT_EQ(grant(role + std::string(30, 'b')).error().code, Errc::not_found);
}

TEST_F(GrantTest, RefusesARoleThatNoRightWouldBind) {
    const std::string superuser = add_role("rgw_super", "login superuser");
    EXPECT_THAT(grant(superuser).error().detail, HasSubstr("is a superuser"));
    const std::string owner = add_role("rgw_owner");
    sql_.execute("alter table audit.audit_event owner to " + owner);
    EXPECT_THAT(grant(owner).error().detail, HasSubstr("the owner of the gateway's tables"));
    const std::string member = add_role("rgw_member", "login in role " + owner);
    EXPECT_THAT(grant(member).error().detail, AllOf(HasSubstr("is a member of"), HasSubstr(owner)));
    EXPECT_THAT(rights_of(member), IsEmpty());
}

TEST_F(GrantTest, RefusesWhatWouldStayWritableThroughAnotherRoleOrEverybody) {
    const std::string role = add_role("rgw_app");
    sql_.execute("grant delete on audit.audit_event to public");
    const Done done = grant(role);
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().detail, HasSubstr("would still have DELETE on audit.audit_event"));
    EXPECT_THAT(rights_of(role), IsEmpty()) << "all or nothing";
    sql_.execute("revoke delete on audit.audit_event from public");
    const std::string group = add_role("rgw_group", "nologin");
    sql_.execute("grant trigger on audit.head to " + group + "; grant " + group + " to " + role);
    EXPECT_THAT(grant(role).error().detail, HasSubstr("TRIGGER on audit.head"));
}

TEST_F(GrantTest, ALoginThatDoesNotOwnTheTablesIsToldWhatTheirOwnerMustRun) {
    const std::string role = add_role("rgw_app");
    const std::string stranger = add_role("rgw_stranger");
    sql_.execute("grant usage on schema public, audit to " + stranger +
                 "; grant select on all tables in schema public to " + stranger);
    const Done done = grant(role, GrantMode::exactly, stranger);
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().detail,
                AllOf(HasSubstr("its owner must run: "), HasSubstr("ON TABLE public.users TO ")));
    EXPECT_THAT(rights_of(role), IsEmpty());
}

TEST_F(GrantTest, AsksForTheMigrationsFirst) {
    const std::string role = add_role("rgw_app");
    sql_.execute("delete from schema_migrations where version = '0012'");
    EXPECT_THAT(grant(role).error().detail,
                AllOf(HasSubstr("migration 0012 is pending"), HasSubstr("migrate")));
}

// A later version: one more migration, one more row of grants.
TEST_F(GrantTest, AMigrationGivesItsTableToRolesThatRunTheServerAndToNobodyElse) {
    const std::string app = add_role("rgw_app");
    const std::string other = add_role("rgw_other");
    ASSERT_TRUE(grant(app));
    sql_.execute("grant select on users to " + other);
    std::vector<Migration> files(migrations().begin(), migrations().end());
    files.push_back({"9001", "more", "9001_more.sql", "abc", "create table more (n int)"});
    std::vector<Grant> grants(runtime_grants().begin(), runtime_grants().end());
    grants.push_back({Grant::Kind::table, "public", "more", "select, insert"});
    grants.push_back({Grant::Kind::table, "public", "of_a_later_file", "select"});
    async::Loop loop("migrate");
    loop.start();
    const ConnInfo info = ConnInfo::parse(database_.dsn()).value();
    const auto applied = test::run(loop, migrate(loop, info, files, {}, grants));
    ASSERT_TRUE(applied) << describe(applied.error());
    EXPECT_THAT(*applied, ElementsAre("9001"));
    EXPECT_THAT(rights_of(app), testing::Contains("public.more: INSERT,SELECT"));
    EXPECT_THAT(rights_of(other), ElementsAre("public.users: SELECT"));
}

TEST_F(GrantTest, AResetKeepsWhoMayRunTheServer) {
    const std::string role = add_role("rgw_app");
    ASSERT_TRUE(grant(role));
    const Result<void> done =
        run_reset(database_.dsn(), {"DELETE_ALL_DATA", "true", ""}, drop_sql(), migrations());
    ASSERT_TRUE(done) << describe(done.error());
    EXPECT_THAT(rights_of(role), UnorderedElementsAreArray(wanted_rights()));
}

TEST_F(GrantTest, ALoginThatMayNotCreateTablesIsToldWhatToRun) {
    const std::string admin = add_role("rgw_admin");
    const test::TestDatabase empty(test::Schema::empty);
    test::Sql sql(empty.dsn());
    sql.execute("revoke create on schema public from public");
    const std::string dsn = test::with_parameter(empty.dsn(), "user", admin);
    const auto refused = run_migrations(dsn, migrations());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::configuration_invalid);
    const std::string advice = ": GRANT CREATE ON SCHEMA public TO " + admin +
                               "; GRANT CREATE ON DATABASE " + empty.name() + " TO " + admin;
    EXPECT_THAT(refused.error().detail, HasSubstr(advice));
    sql.execute(advice.substr(2));
    const auto applied = run_migrations(dsn, migrations());
    ASSERT_TRUE(applied) << describe(applied.error());
    EXPECT_EQ(applied->size(), migrations().size());
    sql.execute("reassign owned by " + admin + " to current_user; drop owned by " + admin);
}

}  // namespace
}  // namespace rgw::pg
