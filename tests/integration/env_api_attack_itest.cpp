// The gateway's own way to an app's environment, attacked: who is shown what, however it is asked,
// and what is no change (spec http-api §12, §25.3 items 33 and 34; docs/adr/0006).
#include <regex>

#include "env_world.hpp"

namespace rgw::test {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string planted =
    "LOG_LEVEL=q6level\nDATABASE_URL=postgres://shop:q7urlpassword@db/shop\n"
    "STRIPE_SECRET_KEY=q7stripe\nPINNED=q7pinned\nREGION=q7region\nEVERYWHERE_PIN=q7everywhere\n";

class EnvApiAttack : public EnvWorld {
protected:
    EnvApiAttack() {
        world_.start_gateway();
        admin_ = world_.token("admin");
        deployer_ = world_.token("deployer");
        set_lists("shop", R"(["region"])", R"(["pinned"])");
        plant("shop", planted);
        EXPECT_TRUE(eventually([&] { return get(admin_).body.find("q7") == std::string::npos; }));
        world_.forget_rack_requests();
    }
    Response get(const std::string& who, const std::string& query = "",
                 const std::string& app = "shop") {
        return world_.api(who, "GET", "/apps/" + app + "/env" + query);
    }
    Response put(const std::string& who, const std::string& body, const std::string& app = "shop") {
        return world_.api(who, "PUT", "/apps/" + app + "/env", body,
                          {{"Content-Type", "application/json"}});
    }
    std::string last(const std::string& columns) {
        return world_.sql("select " + columns + " from calls order by chain_index desc limit 1");
    }
    void expect_nothing_changed(const std::string& what) {
        EXPECT_FALSE(rack_saw_a_post()) << what;
        EXPECT_EQ(env_on_rack("shop"), planted) << what;
    }

    std::string admin_;
    std::string deployer_;
};

TEST_F(EnvApiAttack, EveryKindOfCallerIsShownWhatItsOwnPermissionsSay) {
    world_.execute(
        "insert into users (email, name, roles, locked_at) values ('gone@example.com', 'x', "
        "'[\"admin\"]', now())");
    const auto token = [&](const std::string& name, const std::string& permissions) {
        return token_holding(name, permissions);
    };
    const struct {
        const char* name;
        std::string credential;
        int reads;
        int reveals;
        int writes;  // of an open variable
    } callers[] = {
        {"admin", person("admin"), 200, 200, 200},
        {"deployer", person("deployer"), 200, 403, 200},
        {"ops", person("ops"), 200, 403, 403},
        {"viewer", person("viewer"), 403, 403, 403},
        {"auditor", person("auditor"), 403, 403, 403},
        {"admin's token", admin_, 200, 200, 200},
        {"deployer's token", deployer_, 200, 403, 200},
        {"pipeline", world_.token("cicd"), 403, 403, 403},
        {"nothing", token("nothing", "[]"), 403, 403, 403},
        {"releases", token("releases", R"(["convox:release:*"])"), 403, 403, 403},
        {"reads", token("reads", R"(["convox:env:read"])"), 200, 403, 403},
        {"only secrets", token("secrets", R"(["convox:secret:read"])"), 403, 403, 403},
        {"both", token("both", R"(["convox:env:read","convox:secret:read"])"), 200, 200, 403},
        {"sets", token("sets", R"(["convox:env:set"])"), 403, 403, 200},
        {"sets secrets", token("setssecrets", R"(["convox:secret:set"])"), 403, 403, 403},
        {"locked", world_.session("gone@example.com"), 401, 401, 401},
        {"unknown", "rgw_x", 401, 401, 401},
    };
    for (const auto& caller : callers) {
        const Response masked = get(caller.credential);
        EXPECT_EQ(masked.status, caller.reads) << caller.name << masked.body;
        EXPECT_EQ(masked.body.find("q6level") != std::string::npos, caller.reads == 200);
        EXPECT_THAT(all_of(masked), Not(HasSubstr("q7"))) << caller.name;
        const Response revealed = get(caller.credential, "?secrets=true");
        EXPECT_EQ(revealed.status, caller.reveals) << caller.name << revealed.body;
        EXPECT_EQ(revealed.body.find("q7stripe") != std::string::npos, caller.reveals == 200);
        EXPECT_EQ(revealed.header("Cache-Control"), "no-store") << caller.name;
        if (caller.reveals != 401) {
            EXPECT_EQ(last("action || ' ' || status"),
                      caller.reveals == 200 ? "secret.read success" : "secret.read denied")
                << caller.name;
        }
        const Response written =
            put(caller.credential, R"({"set":{"NEW":")" + std::string(caller.name) + "\"}}");
        EXPECT_EQ(written.status, caller.writes) << caller.name << written.body;
        EXPECT_THAT(all_of(written), Not(HasSubstr("q7"))) << caller.name << ": also of an admin";
        EXPECT_EQ(written.body.find("q6level") != std::string::npos,
                  caller.writes == 200 && caller.reads == 200);
    }
    EXPECT_THAT(world_.audit_lines() + world_.gateway_log(), Not(HasSubstr("q7")));
}

TEST_F(EnvApiAttack, SecretsAreShownAfterASecondFactorOnly) {
    world_.execute("update users set mfa_enrolled = true");
    const std::string stale = world_.session("admin@example.com", "2 h");
    world_.execute("update user_sessions set expires_at = now() + interval '1 h'");
    EXPECT_EQ(get(stale).status, 200);
    for (const char* query : {"?secrets=true", "?key=STRIPE_SECRET_KEY&secrets=TRUE"}) {
        const Response refused = get(stale, query);
        EXPECT_EQ(said(refused), "401 mfa_step_up_required") << query;
        EXPECT_THAT(all_of(refused), Not(HasSubstr("q7"))) << query;
        EXPECT_EQ(last("action || ' ' || status"), "secret.read denied");
    }
    EXPECT_EQ(get(world_.session("admin@example.com"), "?secrets=true").status, 200);
    world_.execute("insert into settings (key, value) values ('mfa_step_up_for_secrets', 'false')");
    EXPECT_TRUE(eventually([&] { return get(stale, "?secrets=true").status == 200; }));
}

TEST_F(EnvApiAttack, HoweverItIsAskedASecretIsShownUnderItsOwnEventOnly) {
    const std::string queries[] = {"?secrets=true",
                                   "?secrets=TRUE",
                                   "?secrets=tRuE",
                                   "?secrets=True",
                                   "?%73ecrets=true",
                                   "?secrets=%74rue",
                                   "?secrets=true&secrets=false",
                                   "?secrets=false&secrets=true",
                                   "?secrets=1",
                                   "?secrets=yes",
                                   "?secrets=on",
                                   "?secrets=t",
                                   "?secrets=",
                                   "?secrets",
                                   "?secrets=true%20",
                                   "?secrets=+true",
                                   "?secrets=true%00",
                                   "?secrets=true;x=1",
                                   "?Secrets=true",
                                   "?SECRETS=true",
                                   "?secrets[]=true",
                                   "?secrets%00=true",
                                   "?secrets=true#",
                                   "?x=1&secrets=true",
                                   "?secrets=true&x=%zz",
                                   "?secrets=true&",
                                   "?key=PINNED&secrets=true",
                                   "?secrets=true&key=A&key=PINNED",
                                   "??secrets=true",
                                   "?key=secrets=true"};
    int shown = 0;
    for (const std::string& query : queries) {
        for (const std::string& who : {admin_, deployer_}) {
            const Response answer = get(who, query);
            EXPECT_LT(answer.status, 500) << query;
            if (all_of(answer).find("q7") != std::string::npos) {
                ++shown;
                EXPECT_EQ(who, admin_) << query;
                EXPECT_EQ(last("action || ' ' || status"), "secret.read success") << query;
            }
        }
    }
    EXPECT_GE(shown, 4);
}

TEST_F(EnvApiAttack, AKeyOrAnAppIsWhatItIsAndItsEventIsWritten) {
    const std::string keys[] = {"STRIPE_SECRET_KEY",
                                "stripe_secret_key",
                                "",
                                "%00",
                                "A%0AB",
                                "%FF",
                                "%E2%80%A8",
                                "..%2F..",
                                std::string(4000, 'k'),
                                "A%22%5C",
                                "A&key=B",
                                "STRIPE_SECRET_KEY&key=STRIPE_SECRET_KEY",
                                "%",
                                "%C0%80"};
    for (const std::string& key : keys) {
        for (const char* end : {"", "&secrets=true"}) {
            const std::string before = world_.sql("select count(*) from calls");
            const Response answer = get(deployer_, "?key=" + key + end);
            EXPECT_LT(answer.status, 500) << key << answer.body;
            EXPECT_THAT(all_of(answer), Not(HasSubstr("q7"))) << key;
            EXPECT_EQ(std::stoi(world_.sql("select count(*) from calls")), std::stoi(before) + 1)
                << key;
            EXPECT_LT(get(admin_, "?key=" + key + end).status, 500) << key;
        }
    }
    const std::string apps[] = {"SHOP",
                                "shop%20",
                                "shop%00",
                                "shop%2F",
                                "shop%2F..%2Fshop",
                                "%2e%2e",
                                "shop%3Flimit=1",
                                "shop%23",
                                "shop;x",
                                "shop%25",
                                "..",
                                ".",
                                "shop%2Freleases",
                                std::string(3000, 'a'),
                                "%FF",
                                "sh%C3%B6p"};
    for (const std::string& app : apps) {
        for (const std::string& who : {admin_, deployer_}) {
            const Response answer = get(who, "", app);
            EXPECT_LT(answer.status, 500) << app << answer.body;
            EXPECT_THAT(all_of(answer), Not(HasSubstr("q7"))) << app;
            EXPECT_LT(put(who, R"({"set":{"A":"1"}})", app).status, 500) << app;
        }
    }
    expect_nothing_changed("none of these is the app");
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(EnvApiAttack, WhatIsNoChangeIsRefusedAndNeverQuoted) {
    const std::string bodies[] = {
        // of other shapes
        "",
        " ",
        "null",
        "[]",
        "\"q8\"",
        "{\"set\":",
        "{\"set\":{\"A\":\"q8\"}} x",
        "\xEF\xBB\xBF{\"set\":{\"A\":\"q8\"}}",
        "{\"set\":{\"A\":\"q8\"}}{}",
        "{'set':{'A':'q8'}}",

        R"({"set":[]})",
        R"({"set":"A=q8"})",
        R"({"set":[["A","q8"]]})",
        R"({"remove":"LOG_LEVEL"})",
        R"({"remove":{"LOG_LEVEL":true}})",
        R"({"remove":[1]})",
        R"({"remove":[["LOG_LEVEL"]]})",
        R"({"remove":[null]})",
        R"({"release_id":1})",

        // said twice
        R"({"set":{"A":"1","A":"q8"}})",
        R"({"set":{"A":"1","\u0041":"q8"}})",
        R"({"set":{"A":"1"},"set":{"B":"q8"}})",
        R"({"remove":["LOG_LEVEL"],"remove":[]})",
        R"({"set":{"LOG_LEVEL":"q8"},"remove":["LOG_LEVEL"]})",
        // values that are no texts
        R"({"set":{"A":1}})",
        R"({"set":{"A":null}})",
        R"({"set":{"A":true}})",
        R"({"set":{"A":["q8"]}})",
        R"({"set":{"A":{"q8":1}}})",
        "{\"set\":{\"A\":\"q8\xFF\"}}",
        R"({"set":{"A":"q8\ud800"}})",
        // other lines, as values and as names
        R"({"set":{"A":"q8\nPINNED=x"}})",
        R"({"set":{"A":"q8\r\nPINNED=x"}})",
        R"({"set":{"A":"q8\rPINNED=x"}})",
        R"({"set":{"A":"q8\n"}})",
        R"({"set":{"A":"\nq8"}})",
        R"({"set":{"A":"q8\u0000"}})",
        R"({"set":{"A":"q8\u000bPINNED=x"}})",
        R"({"set":{"A":"q8\u001b[2J"}})",
        R"({"set":{"A\nPINNED":"q8"}})",
        R"({"set":{"PINNED=q8\nA":"q8"}})",
        R"({"set":{"A=B":"q8"}})",
        R"({"set":{"":"q8"}})",
        R"({"set":{" A":"q8"}})",
        R"({"set":{"A ":"q8"}})",
        R"({"set":{"PINNED\u0000":"q8"}})",
        R"({"set":{"PINNED\u00a0":"q8"}})",
        R"({"set":{"\uff30INNED":"q8"}})",
        R"({"set":{"export A":"q8"}})",
        R"({"set":{"1A":"q8"}})",
        "{\"set\":{\"" + std::string(129, 'A') + "\":\"q8\"}}",
        "{\"set\":{\"A\":\"q8" + std::string(61UL * 1024, 'x') + "\"}}",
        // not quite the placeholder
        R"({"set":{"NEW":"********************"}})",
        R"({"set":{"LOG_LEVEL":"*******************"}})",
        R"({"set":{"LOG_LEVEL":"*********************"}})",
        R"({"set":{"LOG_LEVEL":" ********************"}})",
        R"({"set":{"STRIPE_SECRET_KEY":"********************q8"}})",
        R"({"set":{"stripe_secret_key":"********************"}})",
        "{\"a\":" + std::string(3000, '[') + std::string(3000, ']') + "}",
    };
    for (const std::string& body : bodies) {
        const Response answer = put(admin_, body);
        EXPECT_EQ(answer.status, 400) << body << answer.body;
        EXPECT_THAT(all_of(answer), AllOf(Not(HasSubstr("q8")), Not(HasSubstr("q7")))) << body;
        EXPECT_EQ(last("action || ' ' || phase || ' ' || status"), "env.update single failed")
            << body;
    }
    for (const char* body :
         {R"({})", R"({"set":null})", R"({"Set":{"A":"q8"}})", R"({"env":{"A":"q8"}})",
          R"({"remove":[]})", R"({"remove":["A\nPINNED","","LOG_LEVEL=q6level"]})"}) {
        EXPECT_EQ(put(admin_, body).status, 200) << body << ": nothing is asked for";
        EXPECT_THAT(last("details"), HasSubstr(R"("changes":"none")")) << body;
    }
    EXPECT_EQ(put(admin_, "{\"set\":{\"A\":\"" + std::string(1100UL * 1024, 'x') + "\"}}").status,
              413);
    EXPECT_EQ(said(put(admin_, R"({"set":{"A":"q8"},"release_id":"RNOTNEWEST"})")),
              "409 env_conflict");
    EXPECT_EQ(said(put(admin_, R"({"set":{"A":"q8"},"release_id":""})")), "409 env_conflict");
    expect_nothing_changed("none of them");
    EXPECT_EQ(world_.sql("select count(*) from calls e where e::text like '%q8%'"), "0");
}

TEST_F(EnvApiAttack, ProtectedAndSecretVariablesKeepTheirRules) {
    const std::string protected_ones[] = {
        R"({"set":{"PINNED":"q8"}})",        R"({"set":{"pinned":"q8"}})",
        R"({"set":{"Pinned":""}})",          R"({"remove":["PINNED"]})",
        R"({"remove":["PINNED","PINNED"]})", R"({"set":{"LOG_LEVEL":"q8","PINNED":"q8"}})",
        R"({"set":{"PIN\u004eED":"q8"}})"};
    for (const std::string& body : protected_ones) {
        EXPECT_EQ(said(put(admin_, body)), "403 env_change_refused") << body;
    }
    const std::string secret_ones[] = {R"({"set":{"STRIPE_SECRET_KEY":"q8"}})",
                                       R"({"set":{"STRIPE_SECRET_KEY":""}})",
                                       R"({"remove":["STRIPE_SECRET_KEY"]})",
                                       R"({"remove":["DATABASE_URL"]})",
                                       R"({"set":{"REGION":"q8"}})",
                                       R"({"set":{"everywhere_pin":"q8"}})",
                                       R"({"set":{"NEW_PASSWORD":"q8"}})",
                                       R"({"set":{"NEW":"amqp://u:q8@mq"}})",
                                       R"({"set":{"LOG_LEVEL":"x","NEW_TOKEN":"q8"}})"};
    for (const std::string& body : secret_ones) {
        EXPECT_EQ(said(put(deployer_, body)), "403 permission_denied") << body;
        EXPECT_THAT(world_.sql("select action || ' ' || status from calls where resource like "
                               "'shop/%' order by chain_index desc limit 1"),
                    "secret.set denied")
            << body;
    }
    expect_nothing_changed("all refused");
    const Response kept = put(deployer_, R"({"set":{"PINNED":"********************",)"
                                         R"("STRIPE_SECRET_KEY":"********************"}})");
    EXPECT_EQ(kept.status, 200) << kept.body;
    expect_nothing_changed("the placeholder keeps");
}

TEST_F(EnvApiAttack, AGuessIsAnsweredAndRecordedTheSameRightOrWrong) {
    static const std::regex id(R"re("request_id":"[^"]*")re");
    const std::pair<const char*, std::string> hidden[] = {
        {"STRIPE_SECRET_KEY", "q7stripe"},
        {"DATABASE_URL", "postgres://shop:q7urlpassword@db/shop"},
        {"REGION", "q7region"},
        {"EVERYWHERE_PIN", "q7everywhere"},
        {"PINNED", "q7pinned"}};
    for (const auto& [name, right] : hidden) {
        std::set<std::string> told;
        for (const std::string& guess : {right, std::string(right.size(), 'x'), right + "x"}) {
            const std::string before = world_.sql("select max(chain_index) from calls");
            const Response answer =
                put(deployer_, R"({"set":{")" + std::string(name) + R"(":")" + guess + "\"}}");
            EXPECT_EQ(answer.status, 403) << name;
            told.insert(std::regex_replace(answer.body, id, "") +
                        world_.sql("select string_agg(concat_ws(' ', action, resource_type, "
                                   "resource, status, phase, http_status, details), e'\\n' order "
                                   "by chain_index) from calls where chain_index > " +
                                   before));
        }
        EXPECT_EQ(told.size(), 1U) << name << *told.rbegin();
    }
    // Who may set what they may not see makes a release either way.
    const std::string blind = token_holding("blind", R"(["convox:env:set","convox:secret:set"])");
    for (const char* guess : {"q7stripe", "xxxxxxxx"}) {
        const Response made =
            put(blind, R"({"set":{"STRIPE_SECRET_KEY":")" + std::string(guess) + "\"}}");
        EXPECT_THAT(made.body, AllOf(HasSubstr("release_id"), Not(HasSubstr("q7")))) << guess;
    }
}

}  // namespace
}  // namespace rgw::test
