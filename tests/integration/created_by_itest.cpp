// Who created what on the rack (spec proxy-rbac §1.13): whoever's call did, never who reads it.
#include "people_world.hpp"

namespace rgw::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

const Headers form = {{"Content-Type", "application/x-www-form-urlencoded"}};
const Headers bytes = {{"Content-Type", "application/octet-stream"}};
const std::string bea = "second@example.com";

class CreatedBy : public People {
protected:
    CreatedBy() {
        world_.execute("insert into users (email, name, roles) values ('" + bea +
                       "', 'Bea', '[\"admin\"]')");
        sessions_[bea] = world_.session(bea);
    }

    Response rack(const std::string& who, const std::string& method, const std::string& path,
                  const Headers& headers = {}, const std::string& body = "") {
        return world_.call(sessions_.at(who), method, path, headers, body);
    }
    // A member of what was created by a form; `credential` a session or a token.
    std::string make(const std::string& credential, const std::string& path,
                     const std::string& body, const char* name = "id") {
        const Response made = world_.call(credential, "POST", path, form, body);
        EXPECT_EQ(made.status, 200) << path << made.body;
        return text_of(json::parse(made.body).at(name));
    }
    std::string build_of(const std::string& who) {
        return make(sessions_.at(who), "/apps/shop/builds", "url=object://shop/tmp/a.tgz");
    }
    // The release of a build, once somebody has read it often enough for it to complete.
    std::string release_as_read_by(const std::string& who, std::uint16_t port,
                                   const std::string& build) {
        std::string release;
        EXPECT_TRUE(eventually([&] {
            const Response read =
                send_request(port, {.target = "/api/v1/rack-proxy/apps/shop/builds/" + build,
                                    .headers = {{"Authorization", basic(sessions_.at(who))}}});
            EXPECT_EQ(read.status, 200) << read.body;
            release = text_of(json::parse(read.body).at("release"));
            return !release.empty();
        }));
        return release;
    }
    // The e-mail address of who created it, "" when nobody is known to have.
    std::string creator(const std::string& type, const std::string& id) {
        const json::value found = got(vera, "/created-by?type=" + type + "&ids=" + id);
        return found.as_object().contains(id) ? text_of(found.at(id).at("email")) : "";
    }
    // "type app id" of all that is known.
    std::string known(const std::string& who) {
        return world_.sql(
            "select string_agg(concat_ws(' ', resource_type, app, resource_id), ', ' order by "
            "r.id) from user_resources r join users u on u.id = r.user_id where email = '" +
            who + "'");
    }
    std::string unrecorded() {
        const std::string metrics =
            send_request(world_.metrics_port(), {.target = "/metrics"}).body;
        const std::string name = "\nrack_gateway_creators_unrecorded_total ";
        const auto at = metrics.find(name) + name.size();
        return metrics.substr(at, metrics.find('\n', at) - at);
    }
    void allow_destructive_actions() {
        world_.execute(
            "insert into settings (key, value) values ('allow_destructive_actions', 'true')");
        EXPECT_TRUE(
            eventually([&] { return rack(ada, "DELETE", "/apps/never-there").status == 404; }));
    }
};

TEST_F(CreatedBy, WhatACallCreatesIsItsCallers) {
    const std::string token = text_of(
        create_token(dan, R"({"name":"ci","permissions":["convox:build:create"]})").at("token"));
    make(sessions_.at(ada), "/apps", "name=fresh", "name");
    const std::string build = build_of(dan);
    const std::string tokens = make(token, "/apps/shop/builds", "url=object://shop/tmp/b.tgz");
    const std::string others = build_of(ada);
    const Response imported = rack(dan, "POST", "/apps/shop/builds/import", bytes, "archive");
    ASSERT_EQ(imported.status, 200) << imported.body;
    const json::value import = json::parse(imported.body);
    const std::string release = make(sessions_.at(ada), "/apps/shop/releases", "build=" + build);
    EXPECT_EQ(rack(dan, "POST", "/apps/shop/objects/tmp/a.tgz", bytes, "archive").status, 200);
    EXPECT_EQ(rack(ada, "POST", "/apps/shop/objects/site/a.css", bytes, "css").status, 200);
    const std::string process = make(sessions_.at(dan), "/apps/shop/services/web/processes", "");

    EXPECT_EQ(known(ada), "app  fresh, build shop " + others + ", release shop " + release +
                              ", object shop site/a.css");
    EXPECT_EQ(known(dan), "build shop " + build + ", build shop " + tokens + ", build shop " +
                              text_of(import.at("id")) + ", release shop " +
                              text_of(import.at("release")) +
                              ", object shop tmp/a.tgz, process shop " + process);
    const json::value found =
        got(vera, "/created-by?type=build&ids=" + build + "," + tokens + "," + others + ",BNONE");
    EXPECT_EQ(found.as_object().size(), 3U);
    EXPECT_EQ(text_of(found.at(tokens).at("email")), dan);
    EXPECT_EQ(text_of(found.at(others).at("email")), ada);
    EXPECT_EQ(creator("app", "fresh"), ada);
    EXPECT_EQ(creator("app", "shop"), "");
}

TEST_F(CreatedBy, TheOutcomeOfACallSaysWhatItCreated) {
    const std::string release = make(sessions_.at(dan), "/apps/shop/releases", "build=BABC");
    const auto details = [&](const std::string& action, const std::string& phase) {
        return world_.sql("select details from calls where action = '" + action +
                          "' and phase = '" + phase + "'");
    };
    EXPECT_THAT(details("release.create", "outcome"), HasSubstr("\"created\":\"" + release + "\""));
    EXPECT_THAT(details("release.create", "intent"), Not(HasSubstr("created")));
    EXPECT_EQ(rack(dan, "POST", "/apps/shop/objects/tmp/a.tgz", bytes, "x").status, 200);
    EXPECT_EQ(text_of(json::parse(details("object.create", "outcome")).at("created")), "tmp/a.tgz");
    EXPECT_EQ(rack(dan, "POST", "/apps/nowhere/builds", form, "url=x").status, 404);
    EXPECT_THAT(details("build.create", "outcome"), Not(HasSubstr("created")));
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(CreatedBy, AReaderOfABuildIsNotTheCreatorOfItsReleaseOnAnyGateway) {
    const std::uint16_t replica = world_.start_replica();
    const std::string build = build_of(dan);
    const std::string release = release_as_read_by(vera, replica, build);
    EXPECT_EQ(creator("release", release), dan);
    EXPECT_EQ(release_as_read_by(ada, world_.port(), build), release);
    EXPECT_EQ(creator("release", release), dan);

    const json::value builds = json::parse(rack(vera, "GET", "/apps/shop/builds").body);
    const std::string first = text_of(builds.as_array().back().at("id"));
    EXPECT_EQ(creator("release", release_as_read_by(vera, world_.port(), first)), "");

    EXPECT_EQ(known(vera), "");
    EXPECT_EQ(known(ada), "");
    EXPECT_EQ(world_.sql("select string_agg(distinct action || ' ' || phase, ', ') from calls "
                         "where user_email = 'viewer@example.com' and action <> 'build.list'"),
              "build.read single");
    EXPECT_EQ(world_.sql("select count(*) from calls where action like 'release.%'"), "0");

    // What is known is not asked for again.
    world_.execute("alter table user_resources rename to elsewhere");
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(release_as_read_by(vera, world_.port(), build), release);
    }
    EXPECT_EQ(unrecorded(), "0");
    world_.execute("alter table elsewhere rename to user_resources");
}

TEST_F(CreatedBy, ADeletedAppIsForgottenAndItsNameIsTheNextOnes) {
    make(sessions_.at(ada), "/apps", "name=fresh", "name");
    make(sessions_.at(ada), "/apps", "name=other", "name");
    const std::string build =
        make(sessions_.at(dan), "/apps/fresh/builds", "url=object://fresh/tmp/a.tgz");
    EXPECT_EQ(rack(ada, "DELETE", "/apps/fresh").status, 403);
    EXPECT_EQ(creator("app", "fresh"), ada);
    allow_destructive_actions();
    world_.rack_fails_with("status");
    EXPECT_EQ(rack(ada, "DELETE", "/apps/fresh").status, 500);
    EXPECT_EQ(creator("app", "fresh"), ada);
    EXPECT_EQ(creator("build", build), dan);

    EXPECT_EQ(rack(ada, "DELETE", "/apps/fresh").status, 200);
    EXPECT_EQ(creator("app", "fresh"), "");
    EXPECT_EQ(creator("build", build), "");
    EXPECT_EQ(creator("app", "other"), ada);
    make(sessions_.at(bea), "/apps", "name=fresh", "name");
    EXPECT_EQ(creator("app", "fresh"), bea);
}

TEST_F(CreatedBy, AnOddAnswerIsPassedOnAsItCameAndRecordsNothing) {
    const std::string build = build_of(ada);
    const std::string before = known(ada);
    for (const char* fault : {"bad_json", "garbage", "gzip", "cookie", "redirect", "status"}) {
        world_.rack_fails_with(fault, 6);
        const Response plain = rack(ada, "GET", "/apps");  // a row that tells nothing of creators
        for (const Response& answer :
             {rack(ada, "POST", "/apps", form, "name=fresh"),
              rack(ada, "POST", "/apps/shop/builds", form, "url=x"),
              rack(ada, "POST", "/apps/shop/builds/import", bytes, "archive"),
              rack(ada, "POST", "/apps/shop/services/web/processes"),
              rack(ada, "GET", "/apps/shop/builds/" + build)}) {
            EXPECT_EQ(answer.status, plain.status) << fault;
            EXPECT_EQ(answer.body, plain.body) << fault;
            EXPECT_EQ(answer.header("Content-Type"), plain.header("Content-Type")) << fault;
            EXPECT_EQ(answer.header("Content-Encoding"), plain.header("Content-Encoding"));
        }
    }
    world_.rack_fails_with("cut");
    EXPECT_THAT(rack(ada, "POST", "/apps/shop/builds", form, "url=x").status, AnyOf(0, 502));
    EXPECT_EQ(known(ada), before);
    EXPECT_EQ(unrecorded(), "0");
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(CreatedBy, AnAnswerThatIsTooLargeIsPassedOnWhole) {
    world_.rack_answers({.body = R"({"id":"LARGE","logs":")" + std::string(200'000, 'x') + "\"}\n",
                         .chunked = true});
    const Response chunked = rack(ada, "POST", "/apps/shop/builds", form, "url=x");
    EXPECT_EQ(chunked.status, 200);
    EXPECT_EQ(json::parse(chunked.body).at("logs").as_string().size(), 200'000U);
    const std::string description(100'000, 'd');
    const Response counted =
        rack(ada, "POST", "/apps/shop/builds", form, "url=x&description=" + description);
    EXPECT_EQ(counted.status, 200);
    const json::value build = json::parse(counted.body);
    EXPECT_EQ(text_of(build.at("description")), description);
    EXPECT_EQ(known(ada), "");
    EXPECT_EQ(creator("release", release_as_read_by(ada, world_.port(), text_of(build.at("id")))),
              "");
    EXPECT_EQ(unrecorded(), "0");
}

TEST_F(CreatedBy, WhatCannotBeWrittenIsCountedAndFailsNothing) {
    allow_destructive_actions();
    make(sessions_.at(ada), "/apps", "name=fresh", "name");
    world_.execute("alter table user_resources rename to elsewhere");
    const Response made = rack(dan, "POST", "/apps/shop/builds", form, "url=x");
    EXPECT_EQ(made.status, 200);
    const std::string build = text_of(json::parse(made.body).at("id"));
    EXPECT_FALSE(release_as_read_by(vera, world_.port(), build).empty());
    EXPECT_EQ(rack(ada, "DELETE", "/apps/fresh").status, 200);
    world_.execute("alter table elsewhere rename to user_resources");
    EXPECT_EQ(unrecorded(), "3");
    EXPECT_TRUE(eventually([&] {
        const std::string log = world_.gateway_log();
        const auto at = log.find("who created something is not recorded");
        return at != std::string::npos &&
               log.find(made.header("X-Request-ID"), at) != std::string::npos;
    }));
    EXPECT_THAT(world_.sql("select details from calls where action = 'build.create' and phase = "
                           "'outcome' and status = 'success'"),
                HasSubstr("\"created\":\"" + build + "\""));
    EXPECT_EQ(known(dan), "");
    // Reading goes on trying, in case it works now.
    EXPECT_FALSE(release_as_read_by(vera, world_.port(), build).empty());
    EXPECT_EQ(unrecorded(), "3");
}

}  // namespace
}  // namespace rgw::test
