#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rgw/settings/settings.hpp"

namespace rgw::settings {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string secret(32, 's');

Environment production() {
    return {{"RACK_HOST", "https://rack.example.com"},
            {"RACK_TOKEN", "rack-password"},
            {"AUDIT_HMAC_SECRET", secret}};
}

Environment with(Environment base, const Environment& more) {
    for (const auto& [name, value] : more) {
        base[name] = value;
    }
    return base;
}

Loaded loaded(const Environment& environment) {
    return load(environment, Purpose::server).value();
}

std::string problems(const Environment& environment, Purpose purpose = Purpose::server) {
    const auto result = load(environment, purpose);
    if (result) {
        return "none";
    }
    EXPECT_EQ(result.error().code, Errc::configuration_invalid);
    return result.error().detail;
}

TEST(Load, TheSeedPagesDefaultsHold) {
    const Settings s = loaded(production()).settings;
    EXPECT_FALSE(s.dev_mode);
    EXPECT_TRUE(s.auto_migrate);
    EXPECT_EQ(s.pool.max_open, 25U);
    EXPECT_EQ(s.pool.max_idle, 5U);
    EXPECT_EQ(s.pool.max_lifetime, 30min);
    EXPECT_EQ(s.pool.max_idle_time, 10min);
    EXPECT_EQ(s.db_slow_query, 1s);
    EXPECT_EQ(s.listen.address, "::");
    EXPECT_EQ(s.listen.port, 8080);
    EXPECT_EQ(s.listen.metrics_address, "127.0.0.1");
    EXPECT_EQ(s.listen.metrics_port, 9464);
    EXPECT_TRUE(s.listen.trusted_proxies.empty());
    EXPECT_EQ(s.rack.username, "convox");
    EXPECT_EQ(s.rack.name, "default");
    EXPECT_EQ(s.rack.alias, "default");
    EXPECT_FALSE(s.rack.tls_insecure);
    EXPECT_EQ(s.worker_threads, 0U);
    EXPECT_EQ(s.log_level, log::Level::info);
    EXPECT_EQ(s.shutdown_grace, 25s);
    EXPECT_FALSE(s.audit.development_key);
    EXPECT_EQ(s.policy.settings.value(access::setting("allow_destructive_actions"), ""), nullptr);
    EXPECT_TRUE(loaded(production()).warnings.empty());
}

TEST(Load, EveryVariableReachesItsMember) {
    const Settings s =
        loaded(with(production(), {{"RGW_DB_DISK_BYTES", "50000000000"},
                                   {"DB_MAX_OPEN_CONNS", "50"},
                                   {"DB_MAX_IDLE_CONNS", "10"},
                                   {"DB_CONN_MAX_LIFETIME", "1h"},
                                   {"DB_CONN_MAX_IDLE_TIME", "90s"},
                                   {"DB_SLOW_QUERY", "250ms"},
                                   {"RGW_AUTO_MIGRATE", "no"},
                                   {"PORT", "0"},
                                   {"LISTEN_ADDRESS", "::"},
                                   {"TLS_CERT_FILE", "/c"},
                                   {"TLS_KEY_FILE", "/k"},
                                   {"METRICS_ADDRESS", "0.0.0.0"},
                                   {"METRICS_PORT", "1"},
                                   {"RGW_PORT_FILE", "/p"},
                                   {"TRUSTED_PROXY_CIDRS", "10.0.0.0/8"},
                                   {"RACK_USERNAME", "u"},
                                   {"RACK", "production"},
                                   {"RACK_ALIAS", "prod"},
                                   {"RACK_CA_FILE", "/ca"},
                                   {"RACK_READ_TIMEOUT", "5s"},
                                   {"RACK_ACTION_TIMEOUT", "6s"},
                                   {"AUDIT_HMAC_SECRET_PREVIOUS",
                                    std::string(32, 'a') + "," + std::string(40, 'b')},
                                   {"ADMIN_USERS", "a@x.io, b@x.io"},
                                   {"DEPLOYER_USERS", "d@x.io"},
                                   {"OPERATIONS_USERS", "o@x.io"},
                                   {"VIEWER_USERS", "v@x.io"},
                                   {"WORKER_THREADS", "4"},
                                   {"LOG_LEVEL", " DEBUG "},
                                   {"SHUTDOWN_GRACE", "0s"},
                                   {"RGW_SETTING_ALLOW_DESTRUCTIVE_ACTIONS", "yes"},
                                   {"CONVOX_SECRET_ENV_VARS", "DSN, ,PIN"}}))
            .settings;
    EXPECT_EQ(s.db_disk_bytes, 50'000'000'000);
    EXPECT_EQ(s.pool.max_open, 50U);
    EXPECT_EQ(s.pool.max_idle, 10U);
    EXPECT_EQ(s.pool.max_lifetime, 1h);
    EXPECT_EQ(s.pool.max_idle_time, 90s);
    EXPECT_EQ(s.db_slow_query, 250ms);
    EXPECT_FALSE(s.auto_migrate);
    EXPECT_EQ(s.listen.port, 0);
    EXPECT_EQ(s.listen.address, "::");
    EXPECT_EQ(s.listen.tls_cert_file, "/c");
    EXPECT_EQ(s.listen.tls_key_file, "/k");
    EXPECT_EQ(s.listen.metrics_address, "0.0.0.0");
    EXPECT_EQ(s.listen.metrics_port, 1);
    EXPECT_EQ(s.listen.port_file, "/p");
    EXPECT_EQ(s.listen.trusted_proxies.size(), 1U);
    EXPECT_EQ(s.rack.host, "https://rack.example.com");
    EXPECT_EQ(s.rack.token.expose(), "rack-password");
    EXPECT_EQ(s.rack.username, "u");
    EXPECT_EQ(s.rack.name, "production");
    EXPECT_EQ(s.rack.alias, "prod");
    EXPECT_EQ(s.rack.ca_file, "/ca");
    EXPECT_EQ(s.rack.read_timeout, 5s);
    EXPECT_EQ(s.rack.action_timeout, 6s);
    EXPECT_EQ(s.audit.hmac_secret.expose(), secret);
    ASSERT_EQ(s.audit.previous_secrets.size(), 2U);
    EXPECT_EQ(s.audit.previous_secrets[1].expose(), std::string(40, 'b'));
    EXPECT_THAT(s.seed.admins, ElementsAre("a@x.io", "b@x.io"));
    EXPECT_THAT(s.seed.deployers, ElementsAre("d@x.io"));
    EXPECT_THAT(s.seed.operations, ElementsAre("o@x.io"));
    EXPECT_THAT(s.seed.viewers, ElementsAre("v@x.io"));
    EXPECT_EQ(s.worker_threads, 4U);
    EXPECT_EQ(s.log_level, log::Level::debug);
    EXPECT_EQ(s.shutdown_grace, 0s);
    EXPECT_TRUE(access::resolve_policy({}, s.policy).allow_destructive_actions);
    EXPECT_THAT(s.policy.secret_env_vars, ElementsAre("DSN", "PIN"));
}

TEST(Load, AwsVariablesReachTheirMembers) {
    const AwsSettings aws =
        loaded(with(production(), {{"HOME", "/home/app"},
                                   {"AWS_REGION", "eu-central-1"},
                                   {"AWS_DEFAULT_REGION", "us-east-1"},
                                   {"AWS_ENDPOINT_URL", "https://all.test"},
                                   {"AWS_ENDPOINT_URL_S3", "https://s3.test"},
                                   {"AWS_CA_BUNDLE", "/ca"},
                                   {"AWS_ACCESS_KEY_ID", "AKID"},
                                   {"AWS_SECRET_ACCESS_KEY", "key"},
                                   {"AWS_SESSION_TOKEN", "token"},
                                   {"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"},
                                   {"AWS_ROLE_ARN", "arn:role"},
                                   {"AWS_ROLE_SESSION_NAME", "me"},
                                   {"AWS_PROFILE", "audit"},
                                   {"AWS_SHARED_CREDENTIALS_FILE", "/keys"},
                                   {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/c"},
                                   {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"},
                                   {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "shown"},
                                   {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/shown"},
                                   {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://localhost"},
                                   {"AWS_EC2_METADATA_DISABLED", "True"}}))
            .settings.aws;
    EXPECT_EQ(aws.region, "eu-central-1");
    EXPECT_EQ(aws.s3_endpoint, "https://s3.test");
    EXPECT_EQ(aws.sts_endpoint, "https://all.test");
    EXPECT_EQ(aws.ca_file, "/ca");
    EXPECT_EQ(aws.access_key_id, "AKID");
    EXPECT_EQ(aws.secret_access_key.expose(), "key");
    EXPECT_EQ(aws.session_token.expose(), "token");
    EXPECT_EQ(aws.web_identity_token_file, "/token");
    EXPECT_EQ(aws.role_arn, "arn:role");
    EXPECT_EQ(aws.role_session_name, "me");
    EXPECT_EQ(aws.profile, "audit");
    EXPECT_EQ(aws.credentials_file, "/keys");
    EXPECT_EQ(aws.config_file, "/home/app/.aws/config");
    EXPECT_EQ(aws.container_full_uri, "http://localhost/c");
    EXPECT_EQ(aws.container_relative_uri, "/c");
    EXPECT_EQ(aws.container_token.expose(), "shown");
    EXPECT_EQ(aws.container_token_file, "/shown");
    EXPECT_EQ(aws.metadata_endpoint, "http://localhost");
    EXPECT_TRUE(aws.metadata_disabled);
}

TEST(Load, AwsVariablesAreNeverAProblem) {
    const AwsSettings aws = loaded(with(production(), {{"AWS_DEFAULT_REGION", "us-east-1"},
                                                       {"AWS_ACCESS_KEY_ID", "half of a key"},
                                                       {"AWS_EC2_METADATA_DISABLED", "perhaps"}}))
                                .settings.aws;
    EXPECT_EQ(aws.region, "us-east-1");
    EXPECT_EQ(aws.credentials_file, "");
    EXPECT_FALSE(aws.metadata_disabled);
}

TEST(Load, AllProblemsAreReportedAtOnceByNameAndNeverByValue) {
    const std::string text = problems({{"DEV_MODE", "maybe-value"},
                                       {"DB_MAX_OPEN_CONNS", "lots-value"},
                                       {"DB_CONN_MAX_LIFETIME", "value30"},
                                       {"PORT", "value-port"},
                                       {"TLS_CERT_FILE", "/value-only-one"},
                                       {"TRUSTED_PROXY_CIDRS", "10.0.0.0/8,value"},
                                       {"LOG_LEVEL", "value-loud"},
                                       {"RACK_USERNAME", "value:colon"},
                                       {"AUDIT_HMAC_SECRET", "short-value"},
                                       {"AUDIT_HMAC_SECRET_PREVIOUS", "short-value"}});
    for (const std::string_view name :
         {"DEV_MODE", "DB_MAX_OPEN_CONNS", "DB_CONN_MAX_LIFETIME", "PORT", "TLS_CERT_FILE",
          "TRUSTED_PROXY_CIDRS", "LOG_LEVEL", "RACK_USERNAME", "AUDIT_HMAC_SECRET",
          "AUDIT_HMAC_SECRET_PREVIOUS", "RACK_HOST", "RACK_TOKEN"}) {
        EXPECT_THAT("\n" + text, HasSubstr("\n" + std::string(name) + ": "));
    }
    EXPECT_EQ(std::ranges::count(text, '\n'), 11) << text;
    EXPECT_THAT(text, Not(HasSubstr("value")));
}

TEST(Load, ASecretInTheWrongVariableIsNotPrintedEither) {
    for (const std::string_view name :
         {"PORT", "DEV_MODE", "LOG_LEVEL", "DB_CONN_MAX_LIFETIME", "LISTEN_ADDRESS",
          "TRUSTED_PROXY_CIDRS", "WORKER_THREADS"}) {
        EXPECT_THAT(problems(with(production(), {{std::string(name), "hunter2"}})),
                    Not(HasSubstr("hunter2")));
    }
}

TEST(Load, RackAndAuditKeyAreRequiredOfAServerOutsideDevMode) {
    EXPECT_EQ(problems({}),
              "RACK_HOST: is required outside DEV_MODE\n"
              "RACK_TOKEN: is required outside DEV_MODE\n"
              "AUDIT_HMAC_SECRET: is required outside DEV_MODE");
    EXPECT_EQ(problems({{"RACK_HOST", " "}, {"RACK_TOKEN", ""}, {"AUDIT_HMAC_SECRET", secret}}),
              "RACK_HOST: is required outside DEV_MODE\n"
              "RACK_TOKEN: is required outside DEV_MODE");
    EXPECT_EQ(problems({}, Purpose::maintenance), "none");
}

TEST(Load, DevModeHasARackAnAddressAndAPublishedKeyAndSaysSo) {
    const Loaded dev = loaded({{"DEV_MODE", "true"}});
    EXPECT_EQ(dev.settings.listen.address, "127.0.0.1");
    EXPECT_EQ(dev.settings.rack.host, "http://localhost:5443");
    EXPECT_EQ(dev.settings.rack.token.expose(), "dev-token");
    EXPECT_TRUE(dev.settings.audit.development_key);
    EXPECT_GE(dev.settings.audit.hmac_secret.expose().size(), 32U);
    EXPECT_THAT(dev.warnings, ElementsAre(HasSubstr("AUDIT_HMAC_SECRET")));

    const Loaded own =
        loaded(with(production(), {{"DEV_MODE", "1"}, {"LISTEN_ADDRESS", "0.0.0.0"}}));
    EXPECT_EQ(own.settings.listen.address, "0.0.0.0");
    EXPECT_EQ(own.settings.rack.host, "https://rack.example.com");
    EXPECT_FALSE(own.settings.audit.development_key);
    EXPECT_EQ(own.settings.audit.hmac_secret.expose(), secret);
    EXPECT_TRUE(own.warnings.empty());
}

TEST(Load, SigningInNeedsAWholeProviderADomainAndAKey) {
    EXPECT_EQ(loaded(production()).settings.sign_in.client_id, "") << "API tokens alone will do";
    const std::string missing = problems(with(production(), {{"OIDC_CLIENT_ID", "gateway"}}));
    EXPECT_THAT(missing, HasSubstr("OIDC_ISSUER: goes together with"));
    EXPECT_THAT(missing, HasSubstr("DOMAIN: is required"));
    EXPECT_THAT(missing, HasSubstr("APP_SECRET_KEY: is required"));
    const Environment google = with(production(), {{"GOOGLE_CLIENT_ID", "gateway"},
                                                   {"GOOGLE_CLIENT_SECRET", "s3cret"},
                                                   {"GOOGLE_ALLOWED_DOMAIN", "example.com"},
                                                   {"DOMAIN", "gateway.example.com"},
                                                   {"APP_SECRET_KEY", std::string(32, 'k')}});
    const SignInSettings sign_in = loaded(google).settings.sign_in;
    EXPECT_EQ(sign_in.issuer, "https://accounts.google.com");
    EXPECT_EQ(sign_in.client_id, "gateway");
    EXPECT_THAT(sign_in.allowed_domains, ElementsAre("example.com"));
    const Settings both = loaded(with(google, {{"OIDC_ISSUER", "https://idp.example.com"},
                                               {"OIDC_CLIENT_ID", "other"},
                                               {"OIDC_CLIENT_SECRET", "s"}}))
                              .settings;
    EXPECT_EQ(both.sign_in.client_id, "other") << "OIDC_… comes first";
    EXPECT_TRUE(both.sign_in.allowed_domains.empty());
}

TEST(Load, SecondFactorsTakeWhatTheDomainSaysUnlessTold) {
    const Settings plain = loaded(with(production(), {{"DOMAIN", "gateway.example.com"},
                                                      {"APP_SECRET_KEY", secret},
                                                      {"OIDC_ISSUER", "https://idp.example.com"},
                                                      {"OIDC_CLIENT_ID", "id"},
                                                      {"OIDC_CLIENT_SECRET", "s"}}))
                               .settings;
    EXPECT_EQ(plain.factors.rp_id, "gateway.example.com");
    EXPECT_THAT(plain.factors.origins, testing::IsEmpty());
    EXPECT_FALSE(plain.factors.user_verification_required);
    EXPECT_THAT(plain.factors.yubico_servers,
                ElementsAre("https://api.yubico.com/wsapi/2.0/verify"));
    const Settings told =
        loaded(
            with(production(), {{"WEBAUTHN_RP_ID", "example.com"},
                                {"WEBAUTHN_ORIGIN", "https://a.example.com,https://b.example.com"},
                                {"WEBAUTHN_USER_VERIFICATION", "required"},
                                {"WEBAUTHN_TRUST_ROOTS_FILE", "/roots.pem"},
                                {"WEBAUTHN_AAGUIDS", "EE882879-721C-4913-9775-3DFCCE97072A"},
                                {"YUBICO_CLIENT_ID", "4711"},
                                {"YUBICO_SECRET_KEY", "c2VjcmV0"},
                                {"YUBICO_VALIDATION_URLS", "https://one, https://two"}}))
            .settings;
    EXPECT_EQ(told.factors.rp_id, "example.com");
    EXPECT_EQ(told.factors.origins.size(), 2U);
    EXPECT_TRUE(told.factors.user_verification_required);
    EXPECT_EQ(told.factors.trust_roots_file, "/roots.pem");
    EXPECT_THAT(told.factors.aaguids, ElementsAre("ee882879-721c-4913-9775-3dfcce97072a"));
    EXPECT_EQ(told.factors.yubico_client_id, "4711");
    EXPECT_EQ(told.factors.yubico_key.expose(), "c2VjcmV0");
    EXPECT_THAT(told.factors.yubico_servers, ElementsAre("https://one", "https://two"));

    EXPECT_THAT(problems(with(production(), {{"WEBAUTHN_USER_VERIFICATION", "always"}})),
                HasSubstr("WEBAUTHN_USER_VERIFICATION: expected preferred or required"));
    EXPECT_THAT(problems(with(production(), {{"WEBAUTHN_AAGUIDS", "ee882879"}})),
                HasSubstr("WEBAUTHN_AAGUIDS: each must be a UUID"));
    EXPECT_THAT(problems(with(production(), {{"YUBICO_CLIENT_ID", "4711"}})),
                HasSubstr("YUBICO_CLIENT_ID: goes together with YUBICO_SECRET_KEY"));
}

TEST(Load, CheckpointsAreSignedUnderTheDomainWithAKeyOfTheirOwnOrADerivedOne) {
    const AuditSettings plain = loaded(production()).settings.audit;
    EXPECT_EQ(plain.log_origin, "localhost/audit");
    EXPECT_TRUE(plain.signing_key.empty());
    EXPECT_EQ(
        loaded(with(production(), {{"DOMAIN", "Gateway.example.com"}})).settings.audit.log_origin,
        "gateway.example.com/audit");
    const std::string key = std::string(43, 'A') + "=";
    const AuditSettings own =
        loaded(with(production(), {{"DOMAIN", "gateway.example.com"},
                                   {"AUDIT_LOG_ORIGIN", "log.example.com/7"},
                                   {"AUDIT_SIGNING_KEY", key},
                                   {"AUDIT_SIGNING_KEY_PREVIOUS", "derived, " + key}}))
            .settings.audit;
    EXPECT_EQ(own.log_origin, "log.example.com/7");
    EXPECT_EQ(own.signing_key.expose(), key);
    ASSERT_EQ(own.previous_signing_keys.size(), 2U);
    EXPECT_EQ(own.previous_signing_keys[0].expose(), "derived");
    EXPECT_EQ(own.previous_signing_keys[1].expose(), key);
}

TEST(Load, ASigningKeyIsBase64Of32BytesAndNeverPrinted) {
    for (const std::string& bad :
         {std::string("hunter2"), std::string(44, 'A'), std::string(42, 'A') + "==",
          std::string(42, 'A') + "-=", std::string(47, 'A') + "=", std::string("derived")}) {
        const std::string said = problems(with(production(), {{"AUDIT_SIGNING_KEY", bad}}));
        EXPECT_THAT(said, HasSubstr("AUDIT_SIGNING_KEY: must be base64 of 32 bytes")) << bad;
        EXPECT_THAT(said, Not(HasSubstr(bad)));
    }
    EXPECT_THAT(problems(with(production(), {{"AUDIT_SIGNING_KEY_PREVIOUS", "hunter2"}})),
                testing::AllOf(HasSubstr("AUDIT_SIGNING_KEY_PREVIOUS: each must be base64"),
                               Not(HasSubstr("hunter2"))));
}

TEST(Load, AShortAuditKeyIsAProblemInDevModeToo) {
    EXPECT_THAT(problems({{"DEV_MODE", "true"}, {"AUDIT_HMAC_SECRET", "short"}}),
                HasSubstr("AUDIT_HMAC_SECRET: must be at least 32 bytes"));
}

TEST(Load, InKubernetesANamedRackIsFoundByItsService) {
    Environment environment = production();
    environment.erase("RACK_HOST");
    environment["KUBERNETES_SERVICE_HOST"] = "10.0.0.1";
    EXPECT_THAT(problems(environment), HasSubstr("RACK_HOST"));
    environment["RACK"] = "blue";
    EXPECT_EQ(loaded(environment).settings.rack.host,
              "https://api.blue-system.svc.cluster.local:5443");
    environment["RACK_HOST"] = "https://other";
    EXPECT_EQ(loaded(environment).settings.rack.host, "https://other");
}

TEST(Load, IdleConnectionsAreNeverMoreThanOpenOnes) {
    const Settings s = loaded(with(production(), {{"DB_MAX_OPEN_CONNS", "3"}})).settings;
    EXPECT_EQ(s.pool.max_idle, 3U);
}

TEST(Load, UnknownNamesOfOursAndAnUncheckedRackAreWarnings) {
    const Loaded result = loaded(with(production(), {{"RGW_AUTO_MIGRAT", "false"},
                                                     {"RGW_DATABASE_URL", "postgres://x"},
                                                     {"RACK_TLS_INSECURE", "true"},
                                                     {"OTHER", "x"}}));
    EXPECT_THAT(result.warnings, testing::UnorderedElementsAre("RGW_AUTO_MIGRAT: no such setting",
                                                               HasSubstr("RACK_TLS_INSECURE")));
}

TEST(Load, SettingsAnOperatorMayChangeAreCheckedWithTheOthers) {
    EXPECT_EQ(problems(with(production(), {{"PORT", "x"},
                                           {"RGW_SETTING_MFA_STEP_UP_WINDOW_MINUTES", "0"},
                                           {"RGW_APP_SHOP_SETTING_VCS_REPO", "shop"}})),
              "PORT: expected a whole number from 0 to 65535\n"
              "RGW_APP_SHOP_SETTING_VCS_REPO: is not of the form OWNER/REPO\n"
              "RGW_SETTING_MFA_STEP_UP_WINDOW_MINUTES: must be a whole number from 1 to 1440");
    const Loaded result =
        loaded(with(production(), {{"RGW_SETTING_SESSION_TIMEOUT_MINUTES", "30"},
                                   {"RGW_APP_SHOP_SETTING_DEFAULT_BRANCH", "trunk"},
                                   {"RGW_APP_SHOP_SETTING_MFA_REQUIRE_ALL_USERS", "no"},
                                   {"RGW_SETTING_NO_SUCH_KEY", "1"}}));
    EXPECT_EQ(access::resolve_policy({}, result.settings.policy).sessions.web_idle, 30min);
    EXPECT_THAT(result.warnings,
                ElementsAre("RGW_APP_SHOP_SETTING_MFA_REQUIRE_ALL_USERS: no such setting",
                            "RGW_SETTING_NO_SUCH_KEY: no such setting"));
}

TEST(Load, SecretsKeepTheirBytes) {
    const Settings s =
        loaded(with(production(), {{"RACK_TOKEN", " p w "}, {"AUDIT_HMAC_SECRET", secret + "\n"}}))
            .settings;
    EXPECT_EQ(s.rack.token.expose(), " p w ");
    EXPECT_EQ(s.audit.hmac_secret.expose(), secret + "\n");
}

TEST(ProcessEnvironment, IsThatOfTheProcess) {
    ASSERT_EQ(setenv("RGW_SETTINGS_TEST", "a=b", 1), 0);
    EXPECT_EQ(process_environment()["RGW_SETTINGS_TEST"], "a=b");
    ASSERT_EQ(unsetenv("RGW_SETTINGS_TEST"), 0);
}

}  // namespace
}  // namespace rgw::settings
