#include <stdexcept>

#include "audit_fixture.hpp"

// What the database itself refuses, whoever asks.
namespace rgw::storage {
namespace {

using test::Sql;
using test::TestDatabase;

// PostgreSQL's message, or "" when the statement worked.
std::string refusal(Sql& sql, const std::string& statement) {
    try {
        sql.execute("begin; " + statement);
    } catch (const std::runtime_error& error) {
        sql.execute("rollback");
        return error.what();
    }
    sql.execute("rollback");
    return "";
}

constexpr std::string_view append_call = R"(
    select audit.append(1, {index}, {previous}, 1, 7, array[now()], array['single'],
        array[null]::bigint[], array['a'], array[null], array[null]::bigint[], array[null],
        array['auth'], array['login'], array[null], array[null], array[null], array[null],
        array[null], array[null], array[null], array['success'], array[null],
        array[null]::bigint[], array[1]::bigint[], array[1]::bigint[], array[null]::bigint[],
        array[sha256('x')], '\x00'))";

std::string append_sql(const std::string& index, const std::string& previous) {
    std::string sql(append_call);
    sql.replace(sql.find("{index}"), 7, index);
    sql.replace(sql.find("{previous}"), 10, previous);
    return sql;
}

TEST(AuditSchema, RefusesToChangeOrRemoveAnEventEvenToASuperuser) {
    const TestDatabase database;
    Gateway gateway(database.dsn());
    gateway.appended(audit::sample_event());
    Sql sql(database.dsn());
    for (const std::string statement :
         {"update audit.audit_event set status = 'x'",
          "delete from audit.audit_event",
          "truncate audit.audit_event",
          "update audit.audit_event set status = 'x' where false",
          "set local session_replication_role = replica; delete from audit.audit_event",
          "delete from audit.head",
          "truncate audit.head",
          "update audit.head set next_index = 0, last_hash = null",
          "update audit.head set pruned_before = 1",
          "truncate audit.checkpoint",
          "delete from audit.checkpoint",
          "update audit.checkpoint set note = ''",
          "truncate audit.signing_key",
          "delete from audit.signing_key",
          "update audit.signing_key set verifier = ''",
          "truncate audit.subtree",
          "delete from audit.subtree",
          "update audit.subtree set root = sha256('x')",
          "set local session_replication_role = replica; delete from audit.subtree",
          "set local session_replication_role = replica; delete from audit.signing_key",
          "update audit.anchor set body = ''",
          "truncate audit.archive",
          "delete from audit.archive",
          "truncate audit.retention",
          "delete from audit.retention",
          "update audit.retention set released_before = 256",
          "insert into audit.retention default values",
          "truncate audit.kept_leaves",
          "delete from audit.kept_leaves",
          "set local session_replication_role = replica; delete from audit.checkpoint",
          "set local session_replication_role = replica; update audit.retention set "
          "released_before = 256"}) {
        EXPECT_NE(refusal(sql, statement), "") << statement;
    }
    EXPECT_EQ(sql.value("select status from audit.audit_event"), "success");
}

TEST(AuditSchema, RefusesABatchThatDoesNotContinueTheLog) {
    const TestDatabase database;
    Gateway gateway(database.dsn());
    Sql sql(database.dsn());
    EXPECT_EQ(refusal(sql, append_sql("0", "null")), "");
    EXPECT_NE(refusal(sql, append_sql("0", "sha256('x')")), "");
    EXPECT_NE(refusal(sql, append_sql("1", "null")), "");
    gateway.appended(audit::sample_event());
    const std::string last = "(select last_hash from audit.head)";
    EXPECT_EQ(refusal(sql, append_sql("1", last)), "");
    for (const std::string& wrong :
         {append_sql("1", "sha256('x')"), append_sql("1", "null"), append_sql("2", last),
          append_sql("0", last), append_sql("0", "null")}) {
        EXPECT_NE(refusal(sql, wrong).find("does not continue the log"), std::string::npos);
    }
}

TEST(AuditSchema, ARuntimeLoginWithTheDocumentedGrantsCanAppendAndReadAndNothingElse) {
    const TestDatabase database;
    Sql admin(database.dsn());
    const std::string role = database.name() + "_app";
    admin.execute("create role " + role + " login");
    const std::string dsn = test::with_parameter(database.dsn(), "user", role);
    {
        Sql stranger(dsn);
        EXPECT_NE(refusal(stranger, "select * from audit.lock_head()"), "");
        EXPECT_NE(refusal(stranger, append_sql("0", "null")), "");
    }
    admin.execute("grant usage on schema audit to " + role +
                  "; grant select on all tables in schema audit to " + role +
                  "; grant execute on function audit.lock_head, audit.append, "
                  "audit.probe, audit.adopt_orphaned_intents, audit.add_checkpoint to " +
                  role);
    {
        Gateway gateway(dsn);
        const std::int64_t intent = gateway.appended(intent_event("web"));
        EXPECT_TRUE(gateway.append_outcome(outcome_event(intent)).get());
        EXPECT_TRUE(gateway.verify().intact());
        EXPECT_TRUE(test::run(gateway.loop(),
                              gateway.store().find_orphaned_intents(0ms, deadline_in(60s))));
        Sql sql(dsn);
        for (const std::string table :
             {"audit_event", "head", "open_intent", "checkpoint", "anchor", "anchor_turn",
              "archive", "signing_key", "subtree"}) {
            for (const std::string verb : {"delete from audit.", "truncate audit."}) {
                EXPECT_NE(refusal(sql, verb + table).find("permission denied"), std::string::npos);
            }
        }
        EXPECT_NE(refusal(sql, "update audit.head set tree = ''").find("permission denied"),
                  std::string::npos);
        EXPECT_NE(refusal(sql, "insert into audit.audit_event (chain_index) values (9)")
                      .find("permission denied"),
                  std::string::npos);
        EXPECT_NE(refusal(sql, "create function audit.f() returns int language sql as 'select 1'"),
                  "");
    }
    admin.execute("drop owned by " + role + "; drop role " + role);
}

TEST(AuditSchema, EveryDefinerFunctionHasAFixedSearchPathAndIsNotForEverybody) {
    const TestDatabase database;
    Sql sql(database.dsn());
    EXPECT_EQ(sql.value("select count(*) from pg_proc where pronamespace = 'audit'::regnamespace "
                        "and prosecdef"),
              "10");
    EXPECT_EQ(
        sql.column("select proname from pg_proc where pronamespace = 'audit'::regnamespace "
                   "and (proconfig is null or proconfig[1] not like 'search_path=pg_catalog%' "
                   "or has_function_privilege('public', oid, 'execute'))"),
        std::vector<std::string>{});
    EXPECT_EQ(
        sql.column("select relname from pg_class c where relnamespace = 'audit'::regnamespace "
                   "and relkind = 'r' and obj_description(c.oid) is null"),
        std::vector<std::string>{});
    EXPECT_EQ(sql.value("select pg_get_userbyid(relowner) from pg_class "
                        "where oid = 'audit.audit_event'::regclass"),
              "rgw_audit_owner");
}

TEST(AuditSchema, ALoginWithAsynchronousCommitStillCommitsEventsDurably) {
    const TestDatabase database;
    Sql sql(database.dsn());
    sql.execute("set synchronous_commit = off; begin; select * from audit.lock_head()");
    EXPECT_EQ(sql.value("select current_setting('synchronous_commit')"), "on");
    EXPECT_EQ(sql.value("select current_setting('idle_in_transaction_session_timeout')"), "10s");
    sql.execute("rollback; set synchronous_commit = local; begin; select * from audit.lock_head()");
    EXPECT_EQ(sql.value("select current_setting('synchronous_commit')"), "local")
        << "what is durable is left alone";
    sql.execute("rollback");
}

TEST(AuditSchema, EveryQueryOfTheStoreFitsTheSchema) {
    const TestDatabase database;
    Sql sql(database.dsn());
    for (const pg::Statement* statement : audit_statements()) {
        const std::string text(statement->sql);
        if (!text.starts_with("begin") && !text.starts_with("commit") &&
            !text.starts_with("set local")) {
            sql.execute("prepare " + std::string(statement->name) + " as " + text);
        }
    }
}

}  // namespace
}  // namespace rgw::storage
