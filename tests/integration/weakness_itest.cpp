// Every weakness of spec proxy-rbac §7 (P, by its number) and database-audit §6.2 (A) that a caller
// of the rack proxy can try, as an attack that fails here. Paths and queries: refusal_itest,
// match_attack_test; environment: release_env_itest; TLS and the pin's events (P13, P14, P23):
// rack_tls_itest; buffering (P15): http_streaming_test and ./dev bench; refusals without a record
// because the log cannot be written (P21, A2): outage_itest, crash_itest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "raw_connection.hpp"
#include "socket_client.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

const Headers form = {{"Content-Type", "application/x-www-form-urlencoded"}};
const std::string exec_path = "/api/v1/rack-proxy/apps/shop/processes/web-1/exec";

class Weakness : public testing::Test {
protected:
    Weakness() {
        world_.start_gateway();
        admin_ = world_.token("admin");
        world_.forget_rack_requests();
    }
    void expect_rack_saw_nothing() { EXPECT_EQ(world_.rack_saw(), "[]\n"); }
    std::string last(const std::string& columns) {
        return world_.sql("select " + columns + " from calls order by chain_index desc limit 1");
    }

    World world_;
    std::string admin_;
};

TEST_F(Weakness, P01_APathIsNotReadAgainAsAnotherOne) {
    for (const char* path : {"/apps/foo%23/processes/x", "/apps/foo%252Fprocesses%252Fx",
                             "/apps/foo%2Fx/processes/y"}) {
        EXPECT_EQ(world_.call(admin_, "DELETE", path).status, 400) << path;
    }
    SocketClient exec(world_.port(),
                      "/api/v1/rack-proxy/apps/foo%252Fprocesses%252FP%252Fexec%23/logs",
                      {{"Authorization", basic(admin_)}, {"Command", "id"}});
    EXPECT_EQ(exec.status(), 400);
    expect_rack_saw_nothing();
}

TEST_F(Weakness, P02_ACommandInTheQueryOrTwiceIsRefused) {
    SocketClient query(world_.port(), exec_path + "?command=rm",
                       {{"Authorization", basic(admin_)}, {"Command", "ls"}});
    EXPECT_EQ(query.status(), 400);
    SocketClient twice(world_.port(), exec_path,
                       {{"Authorization", basic(admin_)}, {"Command", "ls"}, {"command", "rm"}});
    EXPECT_EQ(twice.status(), 400);
    EXPECT_THAT(twice.answer(), HasSubstr("bad_header"));
    EXPECT_EQ(world_
                  .call(admin_, "POST", "/apps/shop/builds?url=object://other/key", form,
                        "url=object://shop/tmp/a.tgz")
                  .status,
              400);
    expect_rack_saw_nothing();
    EXPECT_EQ(world_.sql("select count(*) from calls where status = 'denied'"), "3");
}

TEST_F(Weakness, P03_WhatWasJudgedIsWhatTheRackReads) {
    const std::string multipart =
        "--b\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\nobject://x/y\r\n--b--\r\n";
    const struct {
        const char* path;
        Headers headers;
        std::string body;
    } cases[] = {
        {"/apps/shop/builds", {{"Content-Type", "multipart/form-data; boundary=b"}}, multipart},
        {"/apps/shop/builds", {{"Content-Type", "application/json"}}, "{}"},
        {"/apps/shop/builds", {}, "url=object://shop/tmp/a.tgz"},
        {"/apps/shop/builds", form, "url=a&url=b"},
        {"/apps/shop/builds", form, "url=a&surprise=1"},
        {"/apps/shop/builds",
         {{"Content-Type", "application/x-www-form-urlencoded"}, {"Content-Type", "text/plain"}},
         "url=a"},
        {"/apps/shop/releases/RABCDEFGHIJ/promote", form, "env=A%3DB"},
        {"/apps/shop/objects/tmp/x.tgz", form, "Public=true"},
        {"/apps/shop/builds/import",
         {{"Content-Type", "multipart/form-data; boundary=b"}},
         multipart},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(world_.call(admin_, "POST", c.path, c.headers, c.body).status, 400)
            << c.path << " " << c.body;
    }
    expect_rack_saw_nothing();
    EXPECT_EQ(world_
                  .call(admin_, "POST", "/apps/shop/builds", form,
                        "url=object%3a%2f%2fshop/tmp/a.tgz&git-sha=abc")
                  .status,
              200);
    EXPECT_THAT(world_.rack_saw(), HasSubstr("\"body_bytes\": 49")) << "written anew";
}

TEST_F(Weakness, P03_AnEnvironmentInAHeaderIsRefusedNotDropped) {
    const Response run = world_.call(admin_, "POST", "/apps/shop/services/web/processes",
                                     {{"Command", "ls"}, {"Environment", "A=B"}});
    EXPECT_EQ(run.status, 403);
    EXPECT_EQ(run.header("X-Error-Code"), "env_change_refused");
    expect_rack_saw_nothing();
}

TEST_F(Weakness, P04_P05_NoEnvironmentValueIsShownWhateverTheAnswerIs) {
    for (const char* fault : {"bad_json", "gzip", "garbage"}) {
        world_.rack_fails_with(fault);
        const Response answer =
            world_.call(admin_, "GET", "/apps/shop/releases", {{"Accept-Encoding", "gzip"}});
        EXPECT_EQ(answer.status, 502);
        EXPECT_THAT(answer.body, Not(HasSubstr("planted")));
    }
    EXPECT_THAT(world_.rack_saw(), Not(HasSubstr("Accept-Encoding")));
    const std::string all = world_.call(admin_, "GET", "/apps/shop/releases").body;
    for (const char* secret : {"hunter2", "sk_live_4242"}) {
        EXPECT_THAT(all, Not(HasSubstr(secret)));
    }
}

TEST_F(Weakness, P03_P09_AnEnvironmentIsJudgedByTheTokensOwnRightsWhateverItsOwnerHolds) {
    const std::string deployer = world_.token("deployer");  // its owner is an admin
    const std::string secret =
        "LOG_LEVEL=info%0ADATABASE_URL=mine%0ASTRIPE_SECRET_KEY=********************";
    EXPECT_EQ(world_.call(deployer, "POST", "/apps/shop/releases", form, "env=" + secret).status,
              403);
    EXPECT_EQ(world_.call(deployer, "POST", "/apps/shop/releases", form, "env=").status, 403)
        << "present but empty would remove the secrets";
    EXPECT_THAT(world_.rack_saw(), Not(HasSubstr("\"POST\"")));
    world_.execute(
        "insert into settings (app_name, key, value) values ('shop', 'protected_env_vars', "
        "'[\"log_level\"]'), ('shop', 'secret_env_vars', '[\"region\"]')");
    EXPECT_TRUE(eventually([&] {
        return world_.call(admin_, "POST", "/apps/shop/releases", form, "env=LOG_LEVEL=debug")
                   .status == 403;
    }));
    world_.forget_rack_requests();
    EXPECT_EQ(world_.call(deployer, "POST", "/apps/shop/releases", form, "env=REGION=eu").status,
              403);
    EXPECT_THAT(world_.rack_saw(), Not(HasSubstr("\"POST\"")));
    EXPECT_EQ(world_.sql("select count(*) from calls where details like '%mine%'"), "0");
    EXPECT_NE(world_.sql("select count(*) from calls where action = 'secret.set' and status = "
                         "'denied' and resource = 'shop/DATABASE_URL'"),
              "0");
}

TEST_F(Weakness, P10_WhatAlwaysNeedsAFactorIsNotATokensToDo) {
    for (const auto& [method, path] :
         {std::pair{"POST", "/system/jwt/token"}, std::pair{"PUT", "/system/jwt/rotate"},
          std::pair{"POST", "/instances/keyroll"}, std::pair{"GET", "/custom/http/proxy/x"}}) {
        const Response answer = world_.call(admin_, method, path);
        EXPECT_EQ(answer.status, 403) << path;
        EXPECT_EQ(answer.header("X-Error-Code"), "person_required") << path;
    }
    expect_rack_saw_nothing();
}

TEST_F(Weakness, P12_NothingOfTheClientsOwnReachesTheRackAndNoCookieComesBack) {
    world_.rack_fails_with("cookie");
    const Response answer = world_.call(admin_, "GET", "/apps",
                                        {{"X-CSRF-Token", "csrf"},
                                         {"X-Mfa-Totp", "123456"},
                                         {"Convox-TID", "tenant"},
                                         {"Convox-Actor", "mallory"},
                                         {"TE", "trailers"},
                                         {"X-User-Email", "mallory"}});
    EXPECT_EQ(answer.header("Set-Cookie"), "");
    EXPECT_EQ(answer.header("Keep-Alive"), "");
    for (const char* leaked : {"csrf", "123456", "tenant", "mallory", "trailers"}) {
        EXPECT_THAT(world_.rack_saw(), Not(HasSubstr(leaked)));
    }
}

TEST_F(Weakness, P16_ConnectionsToTheRackAreReused) {
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(world_.call(admin_, "GET", "/apps").status, 200);
    }
    const std::string metrics = send_request(world_.metrics_port(), {.target = "/metrics"}).body;
    const auto at = metrics.find("\nrack_gateway_rack_connections_opened_total ");
    ASSERT_NE(at, std::string::npos);
    EXPECT_LE(std::stod(metrics.substr(metrics.find(' ', at))), 4) << "one a worker or two";
}

TEST_F(Weakness, P18_ARedirectOfTheRackIsNotFollowedWithItsCredential) {
    world_.rack_fails_with("redirect");
    SocketClient client(world_.port(), exec_path,
                        {{"Authorization", basic(admin_)}, {"Command", "id"}});
    EXPECT_EQ(client.status(), 502);
    EXPECT_THAT(client.answer(), Not(HasSubstr("evil.example")));
}

TEST_F(Weakness, P19_AnOutageIsA502ThatNamesNoHost) {
    const std::string rack_port = std::to_string(world_.rack_port());
    world_.stop_rack();
    const Response answer = world_.call(admin_, "GET", "/apps");
    EXPECT_EQ(answer.status, 502);
    EXPECT_THAT(answer.body, AllOf(HasSubstr("rack_unreachable"), Not(HasSubstr(rack_port)),
                                   Not(HasSubstr("127.0.0.1"))));
    EXPECT_EQ(last("status"), "error");
}

TEST_F(Weakness, P19_AWrongRackTokenIsNotTheCallersFault) {
    world_.rack_fails_with("status&status=401");
    const Response answer = world_.call(admin_, "GET", "/apps");
    EXPECT_EQ(answer.status, 502);
    EXPECT_EQ(answer.header("X-Error-Code"), "rack_credential_refused");
}

TEST_F(Weakness, P20_A3_EveryRefusalStandsInTheDatabase) {
    const std::string viewer = world_.token("viewer");
    (void)world_.call(viewer, "DELETE", "/apps/shop");
    (void)world_.call(admin_, "DELETE", "/apps/shop");
    (void)world_.call(admin_, "GET", "/nowhere");
    (void)world_.call("rgw_unknown", "GET", "/apps");
    world_.rack_fails_with("status");
    (void)world_.call(admin_, "GET", "/apps");
    EXPECT_THAT(world_.events(),
                ElementsAre(HasSubstr("permission_denied"), HasSubstr("destructive_disabled"),
                            HasSubstr("route_unknown"), HasSubstr("token_unknown"),
                            HasSubstr("app.list|error|")));
}

TEST_F(Weakness, P17_P21_A2_AClientThatLeavesEndsTheRackCallAndNotItsRecord) {
    const std::string credential = "Authorization: " + basic(admin_) + "\r\n";
    for (const char* line :
         {"GET /api/v1/rack-proxy/apps", "POST /api/v1/rack-proxy/apps/shop/cancel"}) {
        world_.rack_fails_with("hang");
        RawConnection client(world_.port(), 1);
        client.send(std::string(line) + " HTTP/1.1\r\nHost: g\r\n" + credential + "\r\n");
        EXPECT_TRUE(eventually([&] {
            return world_.rack_saw().find(std::string(line).substr(24)) != std::string::npos;
        }));
    }
    EXPECT_TRUE(eventually([&] { return world_.events().size() == 3; }));
    EXPECT_THAT(world_.events(),
                UnorderedElementsAre(
                    AllOf(HasSubstr("app.list|unknown|single|"), HasSubstr("client_gone")),
                    HasSubstr("app.cancel|pending|intent|"),
                    AllOf(HasSubstr("app.cancel|unknown|outcome|"), HasSubstr("client_gone"))));
    const std::string metrics = send_request(world_.metrics_port(), {.target = "/metrics"}).body;
    EXPECT_THAT(metrics, HasSubstr("\nrack_gateway_rack_connections 0"));
}

TEST_F(Weakness, P22_A4_ASessionsEndIsRecorded) {
    {
        SocketClient client(world_.port(), exec_path,
                            {{"Authorization", basic(admin_)}, {"Command", "exit 3"}});
        (void)client.text_to_end();
    }
    EXPECT_TRUE(eventually([&] {
        return world_.sql(
                   "select count(*) from calls where phase = 'outcome' and details like "
                   "'%\"exit_code\":3%'") == "1";
    }));
}

TEST_F(Weakness, P24_A6_NoHeaderForgesWhoWhatOrWhere) {
    (void)world_.call(admin_, "GET", "/apps/shop",
                      {{"X-Audit-Resource", "forged"},
                       {"X-Release-Created", "RFORGED"},
                       {"X-Original-Path", "/api/v1/health"},
                       {"X-RBAC-Decision", "forged"},
                       {"X-User-Email", "forged@example.com"},
                       {"X-Request-ID", "forged"}});
    EXPECT_EQ(world_.sql("select count(*) from calls"), "1");
    EXPECT_EQ(last("user_email || ' ' || action || ' ' || resource || ' ' || details"),
              "admin@example.com app.read shop {\"method\":\"GET\",\"path\":\"/apps/shop\"}");
    EXPECT_THAT(world_.audit_lines(), Not(HasSubstr("forged")));
}

TEST_F(Weakness, P24_A7_AddressesAreThePeersUnlessAProxyIsTrusted) {
    (void)world_.call(admin_, "GET", "/apps",
                      {{"X-Forwarded-For", "203.0.113.9"}, {"X-Real-IP", "203.0.113.8"}});
    EXPECT_EQ(last("host(ip_address)"), "127.0.0.1");
}

TEST_F(Weakness, P24b_A1_NoInputSuppressesTheRecord) {
    const std::string command = "echo " + std::string(20'000, 'c');
    {
        SocketClient client(world_.port(), exec_path,
                            {{"Authorization", basic(admin_)},
                             {"Command", command},
                             {"User-Agent", std::string(3000, 'u') + "\xff"}});
        EXPECT_EQ(client.status(), 101);
    }
    EXPECT_EQ(world_.sql(
                  "select count(*) from calls where phase = 'intent' and command like 'echo ccc%'"),
              "1");
    EXPECT_EQ(world_.call(admin_, "GET", "/apps/" + std::string(4000, 'a')).status, 404);
    EXPECT_EQ(last("status"), "failed");
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(Weakness, A8_ReadingABuildRecordsAReadAndNothingElse) {
    (void)world_.call(admin_, "POST", "/apps/shop/builds", form, "url=object://shop/tmp/a.tgz");
    const std::string viewer = world_.token("viewer");
    (void)world_.call(viewer, "GET", "/apps/shop/builds?limit=1");
    EXPECT_EQ(world_.sql("select string_agg(action, ' ' order by chain_index) from calls where "
                         "user_email = 'viewer@example.com'"),
              "build.list");
}

TEST_F(Weakness, A9_ATokensEventsNameTheTokenAndTheApp) {
    (void)world_.call(admin_, "GET", "/apps/shop/processes");
    EXPECT_EQ(last("api_token_name || ' ' || details"),
              "admin-1 {\"method\":\"GET\",\"path\":\"/apps/shop/processes\"}");
}

}  // namespace
}  // namespace rgw::test
