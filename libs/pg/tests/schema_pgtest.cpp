#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "schema_fixture.hpp"

namespace rgw::pg {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(SchemaTest, HasEveryTableOfTheSeedPageAndOursWithAComment) {
    const std::pair<std::string_view, std::string_view> tables[] = {
        {"public.users", "User accounts"},
        {"public.user_sessions", "Sign-in sessions"},
        {"public.api_tokens", "API tokens"},
        {"public.mfa_methods", "Second factors"},
        {"public.mfa_backup_codes", "Recovery codes"},
        {"public.trusted_devices", "Browsers remembered"},
        {"audit.audit_event", "Every event"},
        {"audit.checkpoint", "Signed statements"},
        {"audit.signing_key", "Every key that has signed"},
        {"audit.subtree", "The Merkle root of each full group"},
        {"public.deploy_approval_requests", "Deploy workflow state"},
        {"public.settings", "Configuration settings"},
        {"public.user_resources", "Who created which resource"},
        {"public.cli_login_states", "Command-line and device sign-ins"},
        {"public.rgw_internal_metadata", "what this database is"},
        {"public.slack_integration", "The Slack workspace"},
        {"public.schema_migrations", "Migrations applied"},
        {"public.mfa_attempts", "Tries of second factors"},
        {"public.used_totp_steps", "TOTP steps already used"},
        {"public.mfa_challenges", "Challenges of WebAuthn"},
        {"public.mfa_proofs", "Second factors shown with a request"},
        {"public.jobs", "Durable background jobs"},
        {"public.env_changes", "Apps whose environment is being changed"},
    };
    for (const auto& [table, comment] : tables) {
        EXPECT_THAT(sql_.value("select coalesce(obj_description(to_regclass('" +
                               std::string(table) + "'), 'pg_class'), 'none')"),
                    HasSubstr(std::string(comment)))
            << table;
    }
}

TEST_F(SchemaTest, EveryTableAndFunctionHasAComment) {
    EXPECT_THAT(sql_.column("select c.oid::regclass::text from pg_class c join pg_namespace n"
                            " on n.oid = c.relnamespace where n.nspname in ('public', 'audit')"
                            " and c.relkind in ('r', 'p', 'v')"
                            " and obj_description(c.oid, 'pg_class') is null"),
                IsEmpty());
    EXPECT_THAT(sql_.column("select p.oid::regprocedure::text from pg_proc p join pg_namespace n"
                            " on n.oid = p.pronamespace where n.nspname in ('public', 'audit')"
                            " and obj_description(p.oid, 'pg_proc') is null"),
                IsEmpty());
}

TEST_F(SchemaTest, HasNoTwoIndexesForTheSameThingNoBareTimestampAndNoSmallKey) {
    EXPECT_THAT(sql_.column("select a.indexrelid::regclass::text from pg_index a join pg_index b"
                            " on a.indrelid = b.indrelid and a.indexrelid > b.indexrelid"
                            " and a.indkey = b.indkey and a.indclass = b.indclass"
                            " and a.indpred is not distinct from b.indpred"
                            " and a.indexprs is not distinct from b.indexprs"
                            " where a.indrelid::regclass::text !~ '^pg_'"),
                IsEmpty());
    EXPECT_THAT(
        sql_.column("select table_name || '.' || column_name from information_schema.columns"
                    " where table_schema in ('public', 'audit') and (data_type = 'timestamp"
                    " without time zone' or (column_name = 'id' and data_type = 'integer'))"),
        IsEmpty());
    EXPECT_THAT(sql_.column("select conrelid::regclass || '.' || conname from pg_constraint c"
                            " join pg_namespace n on n.oid = c.connamespace"
                            " where n.nspname = 'public' and conname ~ '_(key|fkey|check)\\d*$'"),
                IsEmpty())
        << "constraints are named for their rule";
}

TEST_F(SchemaTest, RulesAreConstraintsWithNames) {
    const std::string user = add_user("a@example.com");
    const std::string hash(64, 'a');
    struct Case {
        std::string statement;
        std::string_view constraint;
    };
    const Case cases[] = {
        {"insert into users (email, name, roles) values ('a@example.com', 'B', '[]')",
         "users_email_uq"},
        {"insert into users (email, name, roles) values ('B@example.com', 'B', '[]')",
         "users_email_lower"},
        {"insert into users (email, name, roles) values ('b@example.com', 'B', '{}')",
         "users_roles_json_array"},
        {"insert into api_tokens (token_hash, name, user_id, permissions) values ('short', 'ci', " +
             user + ", '[]')",
         "api_tokens_token_hash_sha256"},
        {"insert into api_tokens (token_hash, name, user_id, permissions) values ('" + hash +
             "', ' ', " + user + ", '[]')",
         "api_tokens_name_not_blank"},
        {"insert into api_tokens (token_hash, name, user_id, permissions) values ('" + hash +
             "', 'ci', 999, '[]')",
         "api_tokens_user_fk"},
        {"insert into user_sessions (user_id, token_hash, expires_at, absolute_expires_at) values "
         "(" +
             user + ", '" + hash + "', now() + interval '2 days', now() + interval '1 day')",
         "user_sessions_expiry_bounded"},
        {"insert into mfa_methods (user_id, type, confirmed_at) values (" + user +
             ", 'totp', now())",
         "mfa_methods_confirmed_complete"},
        {"insert into rgw_internal_metadata (id, environment) values (false, 'x')",
         "rgw_internal_metadata_single_row"},
        {"insert into jobs (kind, state) values ('x', 'completed')", "jobs_finalized_when_final"},
        {"insert into jobs (kind, state) values ('x', 'running')", "jobs_running_has_lease"},
        {"insert into settings (app_name, key, value) values ('', 'k', '1')",
         "settings_app_name_not_empty"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(refusal(c.statement), c.constraint) << c.statement;
    }
    EXPECT_EQ(refusal("insert into settings (key, value) values ('k', '1')"), "");
    EXPECT_EQ(refusal("insert into settings (key, value) values ('k', '2')"),
              "settings_app_key_uq");
    EXPECT_EQ(refusal("insert into settings (app_name, key, value) values ('web', 'k', '2')"), "");
    EXPECT_EQ(refusal("insert into jobs (kind, unique_key) values ('x', 'k')"), "");
    EXPECT_EQ(refusal("insert into jobs (kind, unique_key) values ('x', 'k')"),
              "jobs_unique_key_uq");
    EXPECT_EQ(refusal("update jobs set state = 'completed', finalized_at = now()"), "");
    EXPECT_EQ(refusal("insert into jobs (kind, unique_key) values ('x', 'k')"), "");
}

TEST_F(SchemaTest, ASecondFactorIsOnePersonsAndPendingOrConfirmed) {
    const std::string ada = add_user("a@example.com");
    const std::string bob = add_user("b@example.com");
    const std::string hash(64, 'a');
    ASSERT_EQ(refusal("insert into user_sessions (user_id, token_hash, expires_at,"
                      " absolute_expires_at) values (" +
                      ada + ", '" + hash + "', now(), now())"),
              "");
    const std::string session = "(select id from user_sessions)";
    const std::string method = "insert into mfa_methods (user_id, type, ";
    const std::string of_ada = ") values (" + ada + ", ";
    const std::string of_bob = ") values (" + bob + ", ";
    const std::string proof =
        "insert into mfa_proofs (user_id, session_id, verified_at, proof_hash, permission" +
        of_ada + session + ", now(), ";
    const std::pair<std::string, std::string_view> cases[] = {
        {method + "yubikey_id" + of_ada + "'yubiotp', 'cccccccccccb')", ""},
        {method + "yubikey_id" + of_bob + "'yubiotp', 'cccccccccccb')", "mfa_methods_yubikey_uq"},
        {method + "credential_id" + of_ada + "'webauthn', '1')", ""},
        {method + "credential_id" + of_bob + "'webauthn', '1')", "mfa_methods_credential_id_uq"},
        {method + "pending_until" + of_ada + "'totp', now())", "mfa_methods_pending_complete"},
        {method + "pending_until, pending_session_id" + of_ada + "'totp', now(), " + session + ")",
         ""},
        {"update mfa_methods set confirmed_at = now(), secret_encrypted = '1', secret_key_id = 'k'"
         " where type = 'totp'",
         "mfa_methods_pending_or_confirmed"},
        {"insert into mfa_challenges (user_id, challenge, expires_at, state_hash" + of_ada +
             "'1', now(), 'short')",
         "mfa_challenges_state_hash_sha256"},
        {proof + "'short', null)", "mfa_proofs_proof_hash_sha256"},
        {proof + "'" + hash + "', 'convox:app:delete')", "mfa_proofs_action_complete"},
        {proof + "'" + hash + "', null)", ""},
        {proof + "'" + hash + "', null)", "mfa_proofs_pkey"},
    };
    for (const auto& [statement, constraint] : cases) {
        EXPECT_EQ(refusal(statement), constraint) << statement;
    }
}

TEST_F(SchemaTest, ALookupByTokenHashUsesItsIndex) {
    ASSERT_TRUE(client_.script("set enable_seqscan = off"));
    ASSERT_TRUE(
        client_.script("prepare find (text) as select id from api_tokens where token_hash = $1"));
    EXPECT_THAT(client_.text("explain execute find('x')"), HasSubstr("api_tokens_token_hash_uq"));
}

}  // namespace
}  // namespace rgw::pg
