// The environment of an app through the gateway's own API (spec http-api §12), and two who change
// it at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <thread>

#include "raw_connection.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Values = std::map<std::string, std::string>;

const std::string stars(20, '*');
const Headers form = {{"Content-Type", "application/x-www-form-urlencoded"}};

class Env : public testing::Test {
protected:
    Env() {
        world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
        world_.start_gateway();
        admin_ = world_.token("admin");
        deployer_ = world_.token("deployer");
    }

    Response get(const std::string& who, const std::string& query = "") {
        return world_.api(who, "GET", "/apps/shop/env" + query);
    }
    Response put(const std::string& who, const std::string& body) {
        return world_.api(who, "PUT", "/apps/shop/env", body);
    }
    static Values env_of(const Response& answer) {
        EXPECT_EQ(answer.status, 200) << answer.body;
        Values values;
        const json::value body = json::parse(answer.body);
        for (const auto& member : body.at("env").as_object()) {
            values[member.key()] = std::string(member.value().as_string());
        }
        return values;
    }
    static std::string release_of(const Response& answer) {
        return std::string(json::parse(answer.body).at("release_id").as_string());
    }
    // Of the native command line: what it was shown of the newest release.
    std::pair<std::string, std::string> read_release(const std::string& who) {
        const auto list = json::parse(world_.call(who, "GET", "/apps/shop/releases?limit=1").body);
        const std::string id(list.at(0).at("id").as_string());
        const auto release = json::parse(world_.call(who, "GET", "/apps/shop/releases/" + id).body);
        return {id, std::string(release.at("env").as_string())};
    }
    Response post_release(const std::string& who, std::string env, const std::string& more = "") {
        for (auto at = env.find('\n'); at != std::string::npos; at = env.find('\n')) {
            env.replace(at, 1, "%0A");
        }
        return world_.call(who, "POST", "/apps/shop/releases", form, more + "env=" + env);
    }
    std::string last(const std::string& columns) {
        return world_.sql("select " + columns + " from calls order by chain_index desc limit 1");
    }

    World world_;
    std::string admin_;
    std::string deployer_;
};

TEST_F(Env, IsReadMaskedByWhoMayReadIt) {
    const Response answer = get(deployer_);
    EXPECT_EQ(env_of(answer).at("LOG_LEVEL"), "info");
    EXPECT_EQ(env_of(answer).at("DATABASE_URL"), stars);
    EXPECT_EQ(release_of(answer), read_release(deployer_).first);
    EXPECT_EQ(world_.sql("select action, resource, status from calls where action = 'env.read'"),
              "env.read|shop|success");
    EXPECT_EQ(get(deployer_, "?key=STRIPE_SECRET_KEY").body.find("sk_live"), std::string::npos);
    EXPECT_EQ(last("resource"), "shop/STRIPE_SECRET_KEY");
    EXPECT_EQ(env_of(get(deployer_, "?key=NOT_THERE")), (Values{{"NOT_THERE", ""}}));
    EXPECT_EQ(get(world_.token("viewer")).status, 403);
    EXPECT_EQ(last("action || '|' || status"), "env.read|denied");
    EXPECT_EQ(world_.api(admin_, "GET", "/apps/nowhere/env").status, 404);
    EXPECT_EQ(world_.api(admin_, "GET", "/apps/a%2Fb/env").status, 400);
}

TEST_F(Env, SecretsAreShownToWhoMaySeeThemWithAnEventOfTheirOwn) {
    EXPECT_EQ(env_of(get(admin_, "?secrets=TRUE")).at("STRIPE_SECRET_KEY"), "sk_live_4242");
    EXPECT_EQ(last("action || '|' || status || '|' || resource"), "secret.read|success|shop");
    EXPECT_EQ(env_of(get(admin_, "?key=STRIPE_SECRET_KEY&secrets=true")).size(), 1U);
    EXPECT_EQ(last("action || '|' || resource"), "secret.read|shop/STRIPE_SECRET_KEY");
    EXPECT_EQ(env_of(get(admin_)).at("STRIPE_SECRET_KEY"), stars);
    EXPECT_EQ(env_of(get(admin_, "?secrets=1")).at("STRIPE_SECRET_KEY"), stars);
    const Response refused = get(deployer_, "?secrets=true");
    EXPECT_EQ(refused.status, 403);
    EXPECT_THAT(refused.body, HasSubstr("You don't have permission to view secrets."));
    EXPECT_EQ(last("action || '|' || status"), "secret.read|denied");
}

TEST_F(Env, OnlyWhatIsNamedChangesAndEachVariableIsAnEvent) {
    const Response changed =
        put(admin_, R"({"set":{"LOG_LEVEL":"debug-planted","STRIPE_SECRET_KEY":"sk_planted",)"
                    R"("DATABASE_URL":"********************"},"remove":["REGION","NOT_THERE"]})");
    const Values env = env_of(changed);
    EXPECT_EQ(env.at("LOG_LEVEL"), "debug-planted");
    EXPECT_EQ(env.at("STRIPE_SECRET_KEY"), stars) << "a change reveals nothing, to nobody";
    EXPECT_EQ(release_of(changed), read_release(admin_).first);
    EXPECT_EQ(env_of(get(admin_, "?secrets=true")).at("STRIPE_SECRET_KEY"), "sk_planted");
    EXPECT_THAT(
        world_.sql("select string_agg(action || ' ' || resource, ', ' order by action, resource) "
                   "from calls where phase = 'single' and action ~ '(set|unset)$'"),
        HasSubstr("env.set shop/LOG_LEVEL"));
    EXPECT_EQ(world_.sql("select count(*) from calls where action = 'secret.set' and resource = "
                         "'shop/STRIPE_SECRET_KEY' and status = 'success'"),
              "1");
    EXPECT_THAT(world_.sql("select details from calls where action = 'env.update' and phase = "
                           "'intent'"),
                AllOf(HasSubstr("env.set LOG_LEVEL"), HasSubstr("secret.set STRIPE_SECRET_KEY")));
    EXPECT_THAT(world_.sql("select details from calls where action = 'env.update' and phase = "
                           "'outcome'"),
                HasSubstr("\"created\":\"" + release_of(changed) + "\""));
    EXPECT_EQ(world_.sql("select count(*) from audit.audit_event e where e::text like "
                         "'%planted%' or e::text like '%sk_live%'"),
              "0");
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(Env, WhatIsTheCaseAlreadyMakesNoRelease) {
    world_.forget_rack_requests();
    const Response same = put(deployer_, R"({"set":{"LOG_LEVEL":"info"},"remove":["NOT_THERE"]})");
    EXPECT_EQ(env_of(same).at("LOG_LEVEL"), "info");
    EXPECT_FALSE(json::parse(same.body).as_object().contains("release_id"));
    EXPECT_EQ(put(deployer_, "{}").status, 200);
    EXPECT_THAT(world_.rack_saw(), Not(HasSubstr("\"POST\"")));
    EXPECT_THAT(last("action || '|' || phase || '|' || details"),
                AllOf(HasSubstr("env.update|single|"), HasSubstr("\"changes\":\"none\"")));
}

TEST_F(Env, WhatIsNotAllowedIsRefusedByNameAndReachesNoRack) {
    world_.execute(
        "insert into settings (app_name, key, value) values ('shop', "
        "'protected_env_vars', '[\"LOG_LEVEL\"]')");
    EXPECT_TRUE(eventually([&] { return env_of(get(admin_)).at("LOG_LEVEL") == stars; }));
    world_.forget_rack_requests();
    const std::pair<const char*, int> refused[] = {
        {R"({"set":{"LOG_LEVEL":"debug"}})", 403},
        {R"({"remove":["LOG_LEVEL"]})", 403},
        {R"({"set":{"A":"1\nLOG_LEVEL=debug"}})", 400},
        {R"({"set":{"A":"1\u0000"}})", 400},
        {R"({"set":{"A\nLOG_LEVEL":"debug"}})", 400},
        {R"({"set":{"NEW":"********************"}})", 400},
        {R"({"set":{"NEW":"*******************"}})", 400},
        {R"({"set":{"A":1}})", 400},
        {R"({"remove":"A"})", 400},
        {R"([])", 400},
        {R"({"set":{"A":"1"},"release_id":"RNOTNEWEST"})", 409},
    };
    for (const auto& [body, status] : refused) {
        const Response answer = put(admin_, body);
        EXPECT_EQ(answer.status, status) << body << answer.body;
        EXPECT_THAT(
            last("action || '|' || phase || '|' || status"),
            HasSubstr(status == 403 ? "env.update|single|denied" : "env.update|single|failed"))
            << body;
    }
    EXPECT_EQ(put(deployer_, R"({"set":{"STRIPE_SECRET_KEY":"sk_live_4242"}})").status, 403)
        << "a guess that is right";
    EXPECT_EQ(put(deployer_, R"({"remove":["DATABASE_URL"]})").status, 403);
    EXPECT_EQ(put(world_.token("ops"), R"({"set":{"A":"1"}})").status, 403);
    EXPECT_THAT(world_.rack_saw(), Not(HasSubstr("\"POST\"")));
    EXPECT_EQ(world_.sql("select string_agg(resource, ',' order by chain_index) from calls where "
                         "action = 'secret.set' and status = 'denied'"),
              "shop/STRIPE_SECRET_KEY,shop/DATABASE_URL");
    EXPECT_EQ(world_.sql("select count(*) from env_changes"), "0");
}

TEST_F(Env, ARackThatFailsIsToldApartFromARefusal) {
    for (const char* fault : {"bad_json", "gzip", "garbage", "status"}) {
        world_.rack_fails_with(fault);
        EXPECT_EQ(get(admin_).status, 502) << fault;
        world_.rack_fails_with(fault);
        EXPECT_EQ(put(admin_, R"({"set":{"A":"1"}})").status, 502) << fault;
    }
    world_.stop_rack();
    EXPECT_EQ(put(admin_, R"({"set":{"A":"1"}})").status, 502);
    EXPECT_EQ(world_.sql("select count(*) from calls where phase = 'intent'"), "0");
}

// The first two answers are those to the base read.
TEST_F(Env, AChangeWhoseAnswerCannotBeReadMayHaveHappened) {
    const std::pair<PlannedAnswer, const char*> answers[] = {
        {{.status = 200, .body = "no json", .after = 2}, "unknown"},
        {{.status = 200, .body = R"({"id":7})", .after = 2}, "unknown"},
        {{.status = 200, .headers = {{"Content-Type", "text/plain"}}, .body = "ok", .after = 2},
         "unknown"},
        {{.status = 422, .body = "no", .after = 2}, "error"},
    };
    for (const auto& [answer, status] : answers) {
        world_.rack_answers(answer);
        EXPECT_EQ(put(admin_, R"({"set":{"A":"1"}})").status, 502) << answer.body;
        EXPECT_EQ(last("action || '|' || phase || '|' || status"),
                  "env.update|outcome|" + std::string(status))
            << answer.body;
    }
    EXPECT_EQ(world_.sql("select count(*) from env_changes"), "0");
}

TEST_F(Env, WhoReadBeforeSomebodyElsesChangeIsTold) {
    const std::string before = release_of(get(admin_));
    const Response first = put(admin_, R"({"set":{"A":"1"},"release_id":")" + before + R"("})");
    EXPECT_EQ(first.status, 200) << first.body;
    const Response second = put(deployer_, R"({"set":{"A":"2"},"release_id":")" + before + R"("})");
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(second.header("X-Error-Code"), "env_conflict");
    EXPECT_THAT(second.body, AllOf(HasSubstr(before), HasSubstr(release_of(first))));
    EXPECT_EQ(env_of(get(admin_)).at("A"), "1");
}

// `convox env edit` of two people: each is shown an environment and sends back all of it.
TEST_F(Env, TheNativeCommandLineIsToldOfAChangeSinceItRead) {
    const auto [old_release, shown] = read_release(deployer_);
    (void)read_release(admin_);
    EXPECT_EQ(post_release(admin_, shown + "BY_ADMIN=1\n").status, 200);
    const Response stale = post_release(deployer_, shown + "BY_DEPLOYER=1\n");
    EXPECT_EQ(stale.status, 409) << stale.body;
    EXPECT_THAT(stale.body, AllOf(HasSubstr(old_release), HasSubstr("read it again")));
    EXPECT_EQ(last("action || '|' || status"), "release.create|denied");
    const std::string again = read_release(deployer_).second;
    EXPECT_EQ(post_release(deployer_, again + "BY_DEPLOYER=1\n").status, 200);
    EXPECT_THAT(read_release(admin_).second,
                AllOf(HasSubstr("BY_ADMIN=1"), HasSubstr("BY_DEPLOYER=1")));
    EXPECT_EQ(post_release(deployer_, shown, "build=BABCDEFGHIJ&").status, 200)
        << "a rollback asks for what was";
}

TEST_F(Env, WhoNeverReadsSendsWhatIsMeantToBeThere) {
    const std::string env =
        "LOG_LEVEL=warn\nDATABASE_URL=" + stars + "\nSTRIPE_SECRET_KEY=" + stars + "\n";
    EXPECT_EQ(post_release(deployer_, env).status, 200);
    EXPECT_EQ(put(admin_, R"({"set":{"A":"1"}})").status, 200);
    EXPECT_EQ(post_release(deployer_, env).status, 200);
    EXPECT_FALSE(env_of(get(admin_)).contains("A"));
}

TEST_F(Env, ANewerReleaseWithTheSameEnvironmentIsNoConflict) {
    const std::string shown = read_release(deployer_).second;
    EXPECT_EQ(world_.call(admin_, "POST", "/apps/shop/releases", form, "description=again").status,
              200);
    EXPECT_EQ(post_release(deployer_, shown + "NEW=1\n").status, 200);
}

TEST_F(Env, OfManyOnTwoGatewaysNobodysChangeIsLost) {
    const std::uint16_t other = world_.start_replica();
    std::vector<std::thread> callers;
    std::vector<int> answered(12);
    callers.reserve(answered.size());
    for (std::size_t i = 0; i < answered.size(); ++i) {
        callers.emplace_back([&, i] {
            const std::uint16_t port = i % 2 == 0 ? world_.port() : other;
            answered[i] =
                send_request(port, {.method = "PUT",
                                    .target = "/api/v1/apps/shop/env",
                                    .headers = {{"Authorization", "Bearer " + admin_},
                                                {"Content-Type", "application/json"}},
                                    .body = R"({"set":{"N)" + std::to_string(i) + R"(":"1"}})"})
                    .status;
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }
    const Values env = env_of(get(admin_));
    for (std::size_t i = 0; i < answered.size(); ++i) {
        EXPECT_TRUE(answered[i] == 200 || answered[i] == 409) << answered[i];
        EXPECT_EQ(env.contains("N" + std::to_string(i)), answered[i] == 200) << i;
    }
    EXPECT_EQ(world_.sql("select count(*) from env_changes"), "0");
}

// Nobody would know what became of a change that was cut, and others would wait for its time.
TEST_F(Env, AClientThatLeavesDoesNotCutItsChange) {
    for (int i = 0; i < 10; ++i) {
        RawConnection client(world_.port(), 1);
        const std::string body = "env=N" + std::to_string(i) + "%3D1";
        client.send(
            "POST /api/v1/rack-proxy/apps/shop/releases HTTP/1.1\r\nHost: g\r\n"
            "Authorization: " +
            basic(admin_) +
            "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    EXPECT_TRUE(eventually([&] {
        return world_.sql("select count(*) from calls where phase = 'outcome'") == "10" &&
               world_.sql("select count(*) from env_changes") == "0";
    }));
    EXPECT_EQ(world_.sql("select count(*) from calls where phase = 'outcome' and status <> "
                         "'success'"),
              "0");
}

TEST_F(Env, WhatAKilledGatewayLeftOpenKeepsOthersOutForAWhileOnly) {
    world_.execute(
        "insert into env_changes values ('shop', 'of a replica that was killed', "
        "now() + interval '1 hour')");
    const Response held = put(admin_, R"({"set":{"A":"1"}})");
    EXPECT_EQ(held.status, 409);
    EXPECT_THAT(held.body, HasSubstr("is being changed by somebody else"));
    world_.execute("update env_changes set expires_at = now()");
    EXPECT_EQ(put(admin_, R"({"set":{"A":"1"}})").status, 200);
}

}  // namespace
}  // namespace rgw::test
