#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Headers form = {{"Content-Type", "application/x-www-form-urlencoded"}};

std::string first_release(World& world, const std::string& token) {
    const std::string body = world.call(token, "GET", "/apps/shop/releases?limit=1").body;
    const auto at = body.find("\"id\"");
    return body.substr(body.find('R', at), 11);
}

TEST(ReleaseEnv, WhoMayReadTheEnvironmentSeesItsValuesAndNobodyASecret) {
    World world;
    world.start_gateway();
    const std::string admin = world.token("admin");
    const std::string release = first_release(world, admin);
    world.execute(
        "insert into api_tokens (token_hash, name, user_id, permissions) select encode(sha256("
        "'rgw_reader'), 'hex'), 'reader', id, '[\"convox:release:list\",\"convox:release:read\"]' "
        "from users where email = 'admin@example.com'");
    for (const std::string& path :
         {std::string("/apps/shop/releases"), "/apps/shop/releases/" + release}) {
        const Response answer = world.call(admin, "GET", path);
        EXPECT_EQ(answer.status, 200);
        EXPECT_THAT(answer.body, AllOf(HasSubstr("DATABASE_URL=********************"),
                                       HasSubstr("LOG_LEVEL=info")));
        const Response without = world.call("rgw_reader", "GET", path);
        EXPECT_EQ(without.status, 200);
        EXPECT_THAT(without.body, HasSubstr("LOG_LEVEL=********************"));
        for (const std::string& body : {answer.body, without.body}) {
            EXPECT_THAT(body, AllOf(Not(HasSubstr("hunter2")), Not(HasSubstr("sk_live_4242"))));
        }
    }
}

// The gateway's statements as PostgreSQL logs them.
class Statements {
public:
    // Before the gateway is started.
    explicit Statements(World& world)
        : world_(world), database_(world.sql("select current_database()")) {
        world.execute("alter database " + database_ + " set log_statement = 'all'");
    }

    // During one call. What the gateway does in the background may be among them, so of some calls
    // those of the quietest are the call's own.
    template <class Call>
    std::vector<std::string> of_the_quietest(const Call& call) {
        std::vector<std::string> fewest;
        for (int i = 0; i < 5; ++i) {
            const std::size_t before = logged().size();
            call();
            std::vector<std::string> during = logged();
            during.erase(during.begin(), during.begin() + static_cast<std::ptrdiff_t>(before));
            if (i == 0 || during.size() < fewest.size()) {
                fewest = during;
            }
        }
        return fewest;
    }

private:
    [[nodiscard]] std::vector<std::string> logged() const {
        std::istringstream text(world_.sql(
            "select substring(line from 'LOG:  (?:execute|statement:) ([^:]*)') from "
            "string_to_table("
            "pg_read_file(current_setting('data_directory') || '/../server.log'), E'\\n') line "
            "where line ~ ' rack-gateway@" +
            database_ + " LOG:  (execute|statement)'"));
        std::vector<std::string> lines;
        for (std::string line; std::getline(text, line);) {
            lines.push_back(line);
        }
        return lines;
    }

    World& world_;
    std::string database_;
};

constexpr int many_releases = 500;
constexpr int many_variables = 100;

// Straight to the rack, each with an environment of its own.
void fill_rack(const World& world) {
    for (int release = 0; release < many_releases; ++release) {
        std::string env = "env=";
        for (int i = 0; i < many_variables; i += 2) {
            const std::string number = std::to_string(i) + "%3D" + std::to_string(release);
            env += "OPTION_" + number + "-and-more-of-an-ordinary-value-for-everybody%0A";
            env += "SECRET_" + number + "-planted-secret-that-nobody-sees-at-all%0A";
        }
        Headers headers = form;
        headers.emplace_back("Authorization", basic(World::rack_password));
        ASSERT_EQ(send_request(world.rack_port(), {.method = "POST",
                                                   .target = "/apps/shop/releases",
                                                   .headers = headers,
                                                   .body = env})
                      .status,
                  200);
    }
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

TEST(ReleaseEnv, MaskingFiveHundredReleasesAsksTheDatabaseNothing) {
    World world;
    Statements statements(world);
    world.start_gateway();
    const std::string token = world.token("admin");
    ASSERT_NO_FATAL_FAILURE(fill_rack(world));
    ASSERT_EQ(world.call(token, "GET", "/apps/shop/releases").status, 200);
    const std::string calls_before = world.sql("select count(*) from calls");
    Response answer;
    const auto during = statements.of_the_quietest([&] {
        answer = world.call(token, "GET", "/apps/shop/releases?limit=500");
        EXPECT_EQ(answer.status, 200);
    });
    EXPECT_THAT(during, testing::ElementsAre("audit_begin", "audit_lock_head", "audit_append",
                                             "audit_commit"));
    EXPECT_EQ(world.sql("select count(*) - " + calls_before + " from calls"), "5");
    const std::size_t variables = many_releases * many_variables / 2;
    EXPECT_EQ(count(answer.body, "=********************"), variables);
    EXPECT_EQ(count(answer.body, "-and-more-of-an-ordinary-value-for-everybody"), variables);
    EXPECT_THAT(answer.body, Not(HasSubstr("planted")));
}

TEST(ReleaseEnv, AnAnswerThatCannotBeMaskedIsNotRelayed) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    for (const char* fault : {"bad_json", "gzip", "garbage"}) {
        world.rack_fails_with(fault);
        const Response answer = world.call(token, "GET", "/apps/shop/releases");
        EXPECT_EQ(answer.status, 502) << fault;
        EXPECT_THAT(answer.body,
                    AllOf(HasSubstr("rack_answer_invalid"), Not(HasSubstr("planted-secret"))));
        EXPECT_THAT(world.events().back(), HasSubstr("\"reason\":\"rack_answer_invalid\""));
    }
}

TEST(ReleaseEnv, AnEnvironmentComesInOneFormAndFromOneSourceOnly) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    world.forget_rack_requests();
    const std::string multipart =
        "--b\r\nContent-Disposition: form-data; name=\"env\"\r\n\r\nA=B\r\n--b--\r\n";
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/releases", form, "parent-release=R1").status,
              403);
    EXPECT_EQ(
        world.call(token, "POST", "/apps/shop/releases", form, "env=A%3DB&parent-release=").status,
        403);
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/releases?env=A%3DB", form, "build=B1").status,
              400);
    EXPECT_EQ(world
                  .call(token, "POST", "/apps/shop/releases",
                        {{"Content-Type", "multipart/form-data; boundary=b"}}, multipart)
                  .status,
              400);
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/releases", {}, "env=A%3DB").status, 400);
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/releases", form, "env=A%3DB&env=C").status,
              400);
    EXPECT_EQ(world.rack_saw(), "[]\n");
    EXPECT_EQ(world.sql("select count(*) from calls where status = 'denied'"), "6");
    EXPECT_EQ(world.sql("select count(*) from calls where details like '%A=B%'"), "0");
}

TEST(ReleaseEnv, AChangeIsMergedSentAndRecordedVariableByVariableWithoutAValue) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response made = world.call(
        token, "POST", "/apps/shop/releases", form,
        "env=LOG_LEVEL%3Ddebug-planted%0ADATABASE_URL%3D********************%0ASTRIPE_SECRET_KEY"
        "%3Dsk_new_planted%0ANEW%3D1&description=edited");
    EXPECT_EQ(made.status, 200) << made.body;
    EXPECT_THAT(made.body,
                AllOf(HasSubstr("LOG_LEVEL=debug-planted"),
                      HasSubstr("STRIPE_SECRET_KEY=********************"), HasSubstr("NEW=1"),
                      HasSubstr("edited"), Not(HasSubstr("sk_new"))));
    EXPECT_EQ(
        world.sql("select string_agg(action || ' ' || resource, ', ' order by action, resource) "
                  "from calls where resource like 'shop/%'"),
        "env.set shop/LOG_LEVEL, env.set shop/NEW, secret.set shop/STRIPE_SECRET_KEY");
    EXPECT_THAT(world.sql("select details from calls where phase = 'intent'"),
                AllOf(HasSubstr("env.set LOG_LEVEL"), HasSubstr("secret.set STRIPE_SECRET_KEY")));
    EXPECT_THAT(
        world.sql("select details from calls where resource = 'shop/LOG_LEVEL'"),
        testing::MatchesRegex(R"(\{"kind":"changed","old":"[0-9a-f]{32}","new":"[0-9a-f]{32}"\})"));
    const std::string everything = world.sql(
                                       "select string_agg(to_jsonb(e)::text, '') from "
                                       "audit.audit_event e") +
                                   world.gateway_log() + world.audit_lines();
    for (const char* value : {"planted", "hunter2", "sk_live_4242"}) {
        EXPECT_THAT(everything, Not(HasSubstr(value)));
    }
    EXPECT_EQ(world.verify().status, 0);
}

TEST(ReleaseEnv, ABaseThatCannotBeReadChangesNothing) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    EXPECT_EQ(world.call(token, "POST", "/apps/nowhere/releases", form, "env=A%3D1").status, 404);
    for (const char* fault : {"bad_json", "gzip", "garbage", "status", "close"}) {
        world.forget_rack_requests();
        world.rack_fails_with(fault, std::string(fault) == "close" ? 2 : 1);
        const Response answer =
            world.call(token, "POST", "/apps/shop/releases", form, "env=LOG_LEVEL%3Ddebug");
        EXPECT_EQ(answer.status, 502) << fault;
        EXPECT_THAT(answer.body, Not(HasSubstr("planted")));
        EXPECT_THAT(world.rack_saw(), Not(HasSubstr("\"POST\""))) << fault;
    }
    world.stop_rack();
    EXPECT_EQ(world.call(token, "POST", "/apps/shop/releases", form, "env=A%3D1").status, 502);
    EXPECT_EQ(world.sql("select count(*) from calls where phase = 'intent'"), "0");
}

TEST(ReleaseEnv, AReleaseOfABuildIsCreatedAndItsAnswerMasked) {
    World world;
    world.start_gateway();
    const std::string token = world.token("admin");
    const Response answer = world.call(token, "POST", "/apps/shop/releases", form,
                                       "build=BABCDEFGHIJ&description=again");
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(answer.body,
                AllOf(HasSubstr("\"build\":"), HasSubstr("BABCDEFGHIJ"),
                      HasSubstr("DATABASE_URL=********************"), Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace rgw::test
