// The deployment the documentation asks for: one database login that migrates, another that serves
// and owns nothing (docs/database-setup.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <regex>

#include "rgw/migrations.hpp"
#include "rgw/pg/grants.hpp"
#include "support/run.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// As operators copy them.
const std::string create_app =
    "CREATE ROLE rack_gateway_app WITH LOGIN PASSWORD 'secure-password';";
const std::string create_admin =
    "CREATE ROLE rack_gateway_admin WITH LOGIN PASSWORD 'admin-password';"
    "GRANT ALL PRIVILEGES ON DATABASE rack_gateway TO rack_gateway_admin;";
const std::string documented_grants =
    "GRANT CONNECT ON DATABASE rack_gateway TO rack_gateway_app;"
    "GRANT USAGE ON SCHEMA public TO rack_gateway_app;"
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO rack_gateway_app;"
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO rack_gateway_app;";

pg::SchemaSource schema_before(std::string_view version) {
    const auto all = migrations();
    const auto end = std::ranges::find(all, version, &pg::Migration::version);
    return {drop_sql(), all.first(static_cast<std::size_t>(end - all.begin())), runtime_grants()};
}

// A server of its own, since roles belong to a server: passwords are checked, and the database is
// called as in the documentation.
class TwoLogins : public testing::Test {
protected:
    TwoLogins() {
        cluster_.set_hba("local all " + superuser() + " trust\nlocal all all scram-sha-256");
        Sql(cluster_.dsn()).execute("create database rack_gateway");
        as_superuser(create_app + create_admin);
        world_.environment["DATABASE_URL"] = url("rack_gateway_app:secure-password");
        world_.environment["ADMIN_DATABASE_URL"] = url("rack_gateway_admin:admin-password");
        world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    }
    [[nodiscard]] std::string superuser() const {
        return pg::ConnInfo::parse(cluster_.dsn())->parameters().at("user");
    }
    [[nodiscard]] std::string url(const std::string& login) const {
        const auto parameters = pg::ConnInfo::parse(cluster_.dsn())->parameters();
        return "postgres://" + login + "@/rack_gateway?host=" + parameters.at("host") +
               "&port=" + parameters.at("port");
    }
    void as_superuser(const std::string& script) const {
        Sql(with_parameter(cluster_.dsn(), "dbname", "rack_gateway")).execute(script);
    }
    [[nodiscard]] std::string value(const std::string& query) const {
        return Sql(with_parameter(cluster_.dsn(), "dbname", "rack_gateway")).value(query);
    }
    // "" when the statements worked, else psql's words with the SQLSTATE.
    [[nodiscard]] std::string as_app(const std::string& statements) const {
        const Ran ran = run(
            {"/usr/bin/psql", "-X", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-d",
             url("rack_gateway_app:secure-password"), "-c", "begin; " + statements + "; rollback"},
            {});
        return ran.status == 0 ? "" : ran.err;
    }
    // Since PostgreSQL 15 the admin needs one right more; the command says which.
    void migrate() {
        as_superuser("revoke create on schema public from public");  // 14 has it; the page says so
        const Ran refused = world_.run_gateway({"migrate"});
        ASSERT_EQ(refused.status, 1);
        const std::string advice = "GRANT CREATE ON SCHEMA public TO rack_gateway_admin";
        ASSERT_THAT(refused.err, HasSubstr(advice));
        as_superuser(advice);
        const Ran migrated = world_.run_gateway({"migrate"});
        ASSERT_EQ(migrated.status, 0) << migrated.err;
    }
    // What a day brings: tokens, calls, changes of settings, of people and of an environment, and
    // the log proved at its end.
    void expect_that_it_serves() {
        const std::string admin = world_.token("admin");
        EXPECT_EQ(world_.call(admin, "GET", "/apps").status, 200);
        EXPECT_EQ(world_.call(admin, "POST", "/apps/shop/cancel").status, 200);
        const Response env = world_.api(world_.token("deployer"), "PUT", "/apps/shop/env",
                                        R"({"set":{"LOG_LEVEL":"debug"}})");
        EXPECT_EQ(env.status, 200) << env.body;
        const std::string person = session();
        const Response setting = world_.api(person, "PUT", "/settings/deploy-approvals",
                                            R"({"deploy_approval_window_minutes":30})");
        EXPECT_EQ(setting.status, 200) << setting.body;
        const Response user = world_.api(
            person, "POST", "/users", R"({"email":"n@example.com","name":"N","roles":["viewer"]})");
        EXPECT_EQ(user.status, 201) << user.body;
        EXPECT_EQ(world_.api(person, "DELETE", "/users/n@example.com").status, 204);
        EXPECT_EQ(send_request(world_.port(), {.target = "/api/v1/health/ready"}).status, 200);
        const Ran verified = world_.verify();
        EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
        EXPECT_EQ(value("select count(*) from audit.open_intent"), "0");
    }
    std::string session() const {
        const std::string text(43, 's');
        as_superuser(
            "insert into user_sessions (user_id, token_hash, expires_at, absolute_expires_at,"
            " mfa_verified_at, recent_step_up_at, metadata) select id, encode(sha256('" +
            text +
            "'), 'hex'), now() + '5 min', now() + '12 h', now(), now(),"
            " '{\"login_flow\":\"web\"}' from users where email = 'admin@example.com'"
            " on conflict do nothing");
        return text;
    }
    void expect_that_app_owns_nothing() const {
        EXPECT_EQ(value("select count(*) from pg_shdepend where deptype = 'o' and refobjid ="
                        " 'rack_gateway_app'::regrole"),
                  "0");
        EXPECT_EQ(value("select count(*) from pg_auth_members where member ="
                        " 'rack_gateway_app'::regrole"),
                  "0");
    }

    PrivateCluster cluster_;
    World world_;
};

TEST_F(TwoLogins, MigrateGrantServe) {
    migrate();
    const Ran granted = world_.run_gateway({"grant", "rack_gateway_app"});
    ASSERT_EQ(granted.status, 0) << granted.err;
    EXPECT_THAT(granted.out, HasSubstr("GRANT SELECT ON TABLE audit.head TO rack_gateway_app;"));
    EXPECT_THAT(world_.run_gateway({"grant", "rack_gateway_app"}).out, HasSubstr("nothing to do"));
    world_.start_gateway();
    expect_that_it_serves();
    expect_that_app_owns_nothing();
    EXPECT_THAT(world_.gateway_log() + granted.out, Not(HasSubstr("-password")));
}

// Nothing but the lines of the documentation: the start gives the rest, which is all in schema
// audit.
TEST_F(TwoLogins, TheDocumentedGrantsAloneAreEnough) {
    migrate();
    as_superuser(documented_grants);
    EXPECT_THAT(as_app("select from audit.head"), HasSubstr("42501"));
    world_.start_gateway();
    expect_that_it_serves();
    expect_that_app_owns_nothing();
    EXPECT_EQ(as_app("select from audit.head"), "");
    EXPECT_THAT(as_app("delete from audit.head"), HasSubstr("42501"));
}

TEST_F(TwoLogins, WithTheDocumentedGrantsBesides) {
    migrate();
    as_superuser(documented_grants);
    const Ran granted = world_.run_gateway({"grant", "rack_gateway_app"});
    ASSERT_EQ(granted.status, 0) << granted.err;
    EXPECT_THAT(as_app("update schema_migrations set name = name"), HasSubstr("42501"));
    as_superuser(documented_grants);
    world_.start_gateway();
    expect_that_it_serves();
}

TEST_F(TwoLogins, WithoutTheRightsAndTheMigratingLoginTheStartSaysWhatToRun) {
    migrate();
    as_superuser(documented_grants);
    const std::string admin = world_.environment["ADMIN_DATABASE_URL"];
    world_.environment.erase("ADMIN_DATABASE_URL");
    const Ran refused = world_.run_gateway({});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("rack-gateway-api grant 'rack_gateway_app'"),
                                   Not(HasSubstr("-password"))));
    world_.environment["ADMIN_DATABASE_URL"] = admin;
    world_.environment["RGW_AUTO_MIGRATE"] = "false";
    EXPECT_THAT(world_.run_gateway({}).err, HasSubstr("rack-gateway-api grant 'rack_gateway_app'"));
    ASSERT_EQ(world_.run_gateway({"grant", "rack_gateway_app"}).status, 0);
    world_.environment.erase("ADMIN_DATABASE_URL");
    world_.start_gateway();
    expect_that_it_serves();
}

// The server's login, stolen: everything it could try on what it must only read or append to.
TEST_F(TwoLogins, TheServersLoginCannotUndoTheLog) {
    migrate();
    ASSERT_EQ(world_.run_gateway({"grant", "rack_gateway_app"}).status, 0);
    world_.start_gateway();
    ASSERT_EQ(world_.call(world_.token("admin"), "GET", "/apps").status, 200);
    std::vector<std::string> attacks = {
        "update audit.audit_event set action = 'x'",
        "update audit.head set next_index = 0",
        "update audit.head set pruned_before = next_index",
        "update audit.retention set days = 1",
        "update audit.retention set released_before = 256",
        "insert into audit.kept_leaves values (0, '')",
        "select audit.prune(256, 1, null, array[]::bigint[], array[]::bytea[])",
        "insert into audit.head values (false)",
        "insert into audit.open_intent (chain_index, instance) values (1, 1)",
        "insert into audit.probe values ('x')",
        "alter table audit.audit_event drop column details",
        "alter table audit.audit_event drop constraint audit_event_hash_size",
        "drop trigger audit_event_forbid_change on audit.audit_event",
        "create trigger t before insert on audit.audit_event execute function "
        "audit.forbid_change()",
        "create rule r as on insert to audit.audit_event do instead nothing",
        "create index i on audit.audit_event (action)",
        "create or replace function audit.forbid_change() returns trigger language plpgsql as "
        "'begin return null; end'",
        "drop function audit.append",
        "alter function audit.append security invoker",
        "create table audit.t (n int)",
        "create table public.t (n int)",
        "alter schema audit rename to gone",
        "drop schema audit cascade",
        "set session_replication_role = replica",
        "set role rack_gateway_admin",
        "create role r superuser",
        "copy audit.head to program 'true'",
        "lock table audit.head in access exclusive mode",
        "insert into schema_migrations values ('9999', 'x', 'x')",
        "update schema_migrations set checksum = 'x'",
        "delete from schema_migrations",
        "truncate users",
        "drop table users",
        "alter table users disable trigger users_notify_change",
        "create or replace function rgw_notify_change() returns trigger language plpgsql as "
        "'begin return null; end'",
    };
    for (const std::string table : {"audit_event", "head", "open_intent", "checkpoint", "anchor",
                                    "probe", "retention", "subtree", "kept_leaves"}) {
        attacks.push_back("delete from audit." + table);
        attacks.push_back("truncate audit." + table);
        attacks.push_back("drop table audit." + table);
        attacks.push_back("alter table audit." + table + " disable trigger all");
        attacks.push_back("alter table audit." + table + " disable trigger user");
        attacks.push_back("alter table audit." + table + " owner to rack_gateway_app");
        attacks.push_back("alter table audit." + table + " rename to gone");
    }
    for (const std::string& attack : attacks) {
        EXPECT_THAT(as_app(attack), HasSubstr("42501")) << attack;
    }
    // A GRANT of what one does not own is a warning, and does nothing.
    EXPECT_THAT(as_app("grant all on audit.head to rack_gateway_app; delete from audit.head"),
                HasSubstr("42501"));
    // The only way in checks that the batch continues the log.
    EXPECT_THAT(as_app("select audit.append(1, 0, null, 1, 7, array[now()], array['single'],"
                       " array[null]::bigint[], array['a'], array[null], array[null]::bigint[],"
                       " array[null], array['auth'], array['login'], array[null], array[null],"
                       " array[null], array[null], array[null], array[null], array[null],"
                       " array['success'], array[null], array[null]::bigint[], array[1]::bigint[],"
                       " array[1]::bigint[], array[null]::bigint[], array[sha256('x')], '\\x00')"),
                HasSubstr("does not continue the log"));
    EXPECT_EQ(world_.verify().status, 0);
}

// The server's login cannot shorten what the database keeps; the one that migrates can.
TEST_F(TwoLogins, RetentionIsForTheMigratingLoginToShorten) {
    migrate();
    ASSERT_EQ(world_.run_gateway({"grant", "rack_gateway_app"}).status, 0);
    world_.environment["LOG_RETENTION_DAYS"] = "400";
    const std::string admin = world_.environment["ADMIN_DATABASE_URL"];
    world_.environment.erase("ADMIN_DATABASE_URL");
    world_.start_gateway();
    EXPECT_THAT(world_.gateway_log(), HasSubstr("LOG_RETENTION_DAYS is not what the database"));
    EXPECT_EQ(value("select coalesce(days, 0) from audit.retention"), "0");
    world_.kill_gateway(SIGTERM);
    EXPECT_EQ(world_.wait_gateway(), 0);
    world_.environment["ADMIN_DATABASE_URL"] = admin;
    ASSERT_EQ(world_.run_gateway({"migrate"}).status, 0);
    EXPECT_EQ(value("select days from audit.retention"), "400");
    world_.environment["LOG_RETENTION_DAYS"] = "90";
    world_.start_gateway();
    EXPECT_EQ(value("select days from audit.retention"), "90") << "a start with both logins";
    expect_that_app_owns_nothing();
}

TEST(Documentation, HasTheLinesThatAreTestedHere) {
    std::string page = read_file(RGW_DATABASE_DOC);
    std::erase(page, '\n');
    page = std::regex_replace(page, std::regex(" {2,}"), "");
    for (const std::string& lines : {create_app, create_admin, documented_grants}) {
        EXPECT_THAT(page, HasSubstr(lines));
    }
    EXPECT_THAT(page, HasSubstr("GRANT CREATE ON SCHEMA public TO rack_gateway_admin;"));
}

// The state an older version leaves, with its rights given; then this version starts.
TEST_F(TwoLogins, AnUpgradeThatAddsATableNeedsNobody) {
    as_superuser("GRANT CREATE ON SCHEMA public TO rack_gateway_admin");
    const pg::SchemaSource older = schema_before("0012");
    ASSERT_LT(older.migrations.size(), migrations().size());
    async::Loop loop("older");
    loop.start();
    const pg::ConnInfo admin =
        pg::ConnInfo::parse(world_.environment["ADMIN_DATABASE_URL"]).value();
    const auto migrated = run(loop, pg::migrate(loop, admin, older.migrations, {}, older.grants));
    ASSERT_TRUE(migrated) << describe(migrated.error());
    const auto granted = run(
        loop, pg::grant_to_role(loop, admin, "rack_gateway_app", pg::GrantMode::exactly, older));
    ASSERT_TRUE(granted) << describe(granted.error());
    ASSERT_EQ(value("select to_regclass('public.env_changes') is null"), "true");

    world_.start_gateway();
    EXPECT_EQ(value("select to_regclass('public.env_changes') is null"), "false");
    EXPECT_THAT(world_.gateway_log(), Not(HasSubstr("was given the rights it lacked")))
        << "the migration gave them, in its own transaction";
    expect_that_it_serves();
    expect_that_app_owns_nothing();
}

}  // namespace
}  // namespace rgw::test
