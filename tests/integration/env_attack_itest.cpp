// Every way known to change an environment past its rules (spec proxy-rbac §7, 1 to 5, 9 and 24b;
// docs/adr/0006), as an attack that is refused: with its reason, with an event, before anything
// but reads has gone to the rack, and with the environment as it was.
#include <regex>
#include <set>
#include <sstream>

#include "env_world.hpp"

namespace rgw::test {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string planted =
    "LOG_LEVEL=info\nDATABASE_URL=postgres://shop:q7urlpassword@db/shop\n"
    "STRIPE_SECRET_KEY=q7stripe\nPINNED=q7pinned\nREGION=q7region\nEVERYWHERE_PIN=q7everywhere\n";
// What an admin is shown of it.
const std::string shown = "LOG_LEVEL=info\nDATABASE_URL=" + env_stars +
                          "\nSTRIPE_SECRET_KEY=" + env_stars + "\nPINNED=" + env_stars +
                          "\nREGION=" + env_stars + "\nEVERYWHERE_PIN=" + env_stars + "\n";

class EnvAttack : public EnvWorld {
protected:
    EnvAttack() {
        world_.start_gateway();
        admin_ = world_.token("admin");
        deployer_ = world_.token("deployer");
        set_lists("shop", R"(["region"])", R"(["pinned"])");
        plant("shop", planted);
        EXPECT_TRUE(eventually([&] {
            return world_.call(admin_, "GET", "/apps/shop/releases?limit=1").body.find("q7") ==
                   std::string::npos;
        })) << "the lists are in force";
        world_.forget_rack_requests();
    }
    // The call was refused for `reason` ("status code"), is recorded so, and nothing has happened.
    void expect_refused(const std::string& what, const Response& answer, const std::string& reason,
                        const std::string& about = "release.create") {
        EXPECT_EQ(said(answer), reason) << what << " " << answer.body;
        EXPECT_THAT(all_of(answer), Not(HasSubstr("q7"))) << what;
        EXPECT_THAT(
            world_.events().back(),
            AllOf(HasSubstr(about + "|denied|"),
                  HasSubstr("\"reason\":\"" + reason.substr(4) + "\""), Not(HasSubstr("q7"))))
            << what;
        EXPECT_FALSE(rack_saw_a_post()) << what;
    }
    void expect_nothing_changed() { EXPECT_EQ(env_on_rack("shop"), planted); }

    std::string admin_;
    std::string deployer_;
};

TEST_F(EnvAttack, AnEnvironmentComesInOnePlaceAndInOneForm) {
    const std::string form = "env=" + escaped("A=q7new");
    const std::string multipart =
        "--b\r\nContent-Disposition: form-data; name=\"env\"\r\n\r\nA=q7new\r\n--b--\r\n";
    const auto typed = [](const std::string& type) { return Headers{{"Content-Type", type}}; };
    const std::string releases = "/apps/shop/releases";
    const struct {
        std::string path;
        Headers headers;
        std::string body;
        const char* reason;
    } cases[] = {
        {releases + "?env=A%3Dq7new", form_type, "build=B1", "400 bad_query"},
        {releases + "?env=A%3Dq7new", {}, "", "400 bad_query"},
        {releases + "?%65nv=", form_type, "build=B1", "400 bad_query"},
        {releases + "?Env=A", form_type, "build=B1", "400 bad_query"},
        {releases + "?parent-release=R1", form_type, "build=B1", "400 bad_query"},
        {releases + "?limit=1", form_type, form, "400 bad_query"},
        {releases, typed("multipart/form-data; boundary=b"), multipart, "400 bad_body"},
        {releases, typed("multipart/mixed; boundary=b"), multipart, "400 bad_body"},
        {releases, typed("application/json"), R"({"env":"A=q7new"})", "400 bad_body"},
        {releases, typed("text/plain"), form, "400 bad_body"},
        {releases, typed("application/octet-stream"), form, "400 bad_body"},
        {releases, typed("application/x-www-form-urlencoded; charset=utf-16"), form,
         "400 bad_body"},
        {releases, typed("application/x-www-form-urlencoded; charset=iso-8859-1"), form,
         "400 bad_body"},
        {releases, typed("application/x-www-form-urlencoded; charset=utf-8; x=y"), form,
         "400 bad_body"},
        {releases, typed("application/x-www-form-urlencoded, multipart/form-data; boundary=b"),
         form, "400 bad_body"},
        {releases, typed(""), form, "400 bad_body"},
        {releases, {}, form, "400 bad_body"},
        {releases,
         {{"Content-Type", "application/x-www-form-urlencoded"},
          {"Content-Type", "multipart/form-data; boundary=b"}},
         form,
         "400 bad_header"},
        {releases, form_type, "\x1f\x8b\x08\x00\x01q7new"s, "400 bad_body"},
        {releases, form_type, std::string(1200UL * 1024, 'a'), "413 body_too_large"},
    };
    for (const auto& c : cases) {
        expect_refused(
            c.path + " " + c.body.substr(0, 40), create(admin_, c.body, c.headers, c.path),
            c.reason,
            // The query belongs to the route: no route was found.
            c.reason == std::string("400 bad_query") ? "request.refused" : "release.create");
    }
    expect_nothing_changed();
}

TEST_F(EnvAttack, AFormSaysEachThingOnceAndUnderItsOwnName) {
    const std::string good = "env=" + escaped("A=q7new");
    const std::pair<std::string, const char*> cases[] = {
        {good + "&" + good, "400 bad_body"},
        {good + "&%65nv=" + escaped("A=q7new"), "400 bad_body"},
        {"env=&" + good, "400 bad_body"},
        {"Env=" + escaped("A=q7new"), "400 bad_body"},
        {"ENV=" + escaped("A=q7new"), "400 bad_body"},
        {"env[]=" + escaped("A=q7new"), "400 bad_body"},
        {"env%5B%5D=" + escaped("A=q7new"), "400 bad_body"},
        {"env%00=" + escaped("A=q7new"), "400 bad_body"},
        {"%00env=" + escaped("A=q7new"), "400 bad_body"},
        {"env%20=" + escaped("A=q7new"), "400 bad_body"},
        {"+env=" + escaped("A=q7new"), "400 bad_body"},
        {"env.A=q7new", "400 bad_body"},
        {"environment=" + escaped("A=q7new"), "400 bad_body"},
        {"build=B1;" + good, "400 bad_body"},
        {"build=B1%3Benv%3DA&" + good + ";x=1", "400 bad_body"},
        {"build=B1#&" + good, "400 bad_body"},
        {"build=B1&" + good + "&", "400 bad_body"},
        {"build&" + good, "400 bad_body"},
        {"build=%zz&" + good, "400 bad_body"},
        {"build=B1%00&" + good, "400 bad_body"},
        {"env", "400 bad_body"},
        {"env=A%3Dq7new%", "400 bad_body"},
        {"env=A+B%3Dq7new", "400 bad_body"},
        {"parent-release=RABCDEFGHIJ", "403 env_change_refused"},
        {"parent-release=", "403 env_change_refused"},
        {"parent%2Drelease=R1", "403 env_change_refused"},
        {"build=B1&parent-release=R1&" + good, "403 env_change_refused"},
        {"Parent-Release=R1", "400 bad_body"},
        {"parent_release=R1", "400 bad_body"},
    };
    for (const auto& [body, reason] : cases) {
        expect_refused(body, create(admin_, body), reason);
    }
    expect_nothing_changed();
}

// Without a length, with a length and chunks, in a coding nobody asked for.
TEST_F(EnvAttack, HoweverABodyArrivesItIsTheOneThatIsJudged) {
    const std::string form = "env=" + escaped("STRIPE_SECRET_KEY=q7new");
    const auto sent = [&](const std::string& fields, const std::string& body) {
        return send_bytes(world_.port(),
                          "POST /api/v1/rack-proxy/apps/shop/releases HTTP/1.1\r\nHost: g\r\n"
                          "Connection: close\r\nAuthorization: " +
                              basic(deployer_) +
                              "\r\nContent-Type: application/x-www-form-urlencoded\r\n" + fields +
                              "\r\n" + body);
    };
    const auto chunk = [](const std::string& text) {
        std::ostringstream out;
        out << std::hex << text.size() << "\r\n" << text << "\r\n";
        return out.str();
    };
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    const std::string length = "Content-Length: " + std::to_string(form.size()) + "\r\n";
    EXPECT_THAT(sent(chunked, chunk(form) + "0\r\n\r\n"), HasSubstr("HTTP/1.1 403"));
    EXPECT_THAT(sent(chunked, chunk(form.substr(0, 3)) + chunk(form.substr(3)) + "0\r\n\r\n"),
                HasSubstr("HTTP/1.1 403"));
    EXPECT_THAT(sent(chunked, chunk("build=B1") + "0\r\nenv: A\r\n\r\n"), HasSubstr("HTTP/1.1 200"))
        << "a trailer is no field";
    EXPECT_EQ(env_on_rack("shop"), planted);
    world_.forget_rack_requests();
    EXPECT_THAT(sent(length + chunked, chunk("build=B1") + "0\r\n\r\n"), HasSubstr("HTTP/1.1 400"));
    EXPECT_THAT(sent(length + "Content-Encoding: gzip\r\n", form), HasSubstr("HTTP/1.1 403"));
    expect_nothing_changed();
    EXPECT_FALSE(rack_saw_a_post());
}

TEST_F(EnvAttack, NoHeaderAndNoBuildSetsAnEnvironment) {
    const std::string build = "url=object://shop/tmp/a.tgz&build-args=" + escaped("PINNED=q8built");
    EXPECT_EQ(create(admin_, build, form_type, "/apps/shop/builds").status, 200);
    expect_nothing_changed();
    world_.forget_rack_requests();
    Headers headers = form_type;
    for (const char* name : {"Env", "Environment", "Release-Env", "env", "Parent-Release",
                             "X-HTTP-Method-Override", "Content-Encoding"}) {
        headers.emplace_back(name, "A=q7new");
    }
    EXPECT_EQ(create(admin_, "build=BABCDEFGHIJ", headers).status, 200);
    EXPECT_THAT(world_.rack_saw(), Not(HasSubstr("q7new")));
    expect_nothing_changed();
    world_.forget_rack_requests();
    for (const char* name : {"Env", "Environment", "Release-Env", "ENVIRONMENT"}) {
        const Response answer = world_.call(admin_, "POST", "/apps/shop/services/web/processes",
                                            {{"Command", "ls"}, {name, "A=q7new"}});
        expect_refused(name, answer, "403 env_change_refused", "process.start");
    }
}

TEST_F(EnvAttack, WhatAnotherReaderMayReadOtherwiseIsNoEnvironment) {
    const std::string stars19(19, '*');
    const std::string cases[] = {
        // names
        "=q7new",
        " =q7new",
        "A B=q7new",
        " A=q7new",
        "A =q7new",
        "\tA=q7new",
        "1A=q7new",
        ".A=q7new",
        "-A=q7new",
        "A[0]=q7new",
        "A\"=q7new",
        "'A'=q7new",
        "$A=q7new",
        "A:q7new",
        "export A=q7new",
        "set A=q7new",
        "{\"A\":\"q7new\"}",
        std::string(129, 'A') + "=q7new",
        // names that fold or look like those of protected and secret ones
        "\xEF\xBC\xB0INNED=q7new",
        "P\xC4\xB0NNED=q7new",
        "PINNED\xE2\x80\x8B=q7new",
        "\xEF\xBB\xBFPINNED=q7new",
        std::string("STRIPE_SECRET_\xE2\x84\xAA") + "EY=q7new",
        std::string("\xC5\xBF") + "ECRET=q7new",
        "PINNED\xC2\xA0=q7new",
        "PINNED\xC2\x85=q7new",
        // values
        "A=q7new\r",
        "A=q7new\r\nB=1",
        "A=q7new\rPINNED=1",
        "A=q7\0new"s,
        "A=q7new\x0BPINNED=1",
        "A=q7new\x0CPINNED=1",
        "A=q7new\x1B[2J",
        "A=q7new\x7F",
        "A=q7new\xFF",
        "A=q7new\xC0\xAF",
        "A=q7new\xED\xA0\x80",
        "A=" + std::string(61UL * 1024, 'q') + "7new",
        // lines
        "q7new",
        "A=1\nq7new",
        "A=1\n q7new\n",
        "# q7new",
        "A=1\n#q7new",
        "A=1\nA=q7new",
        // not quite the placeholder
        "LOG_LEVEL=" + stars19,
        "LOG_LEVEL=*" + env_stars,
        "LOG_LEVEL=" + env_stars + "x",
        "LOG_LEVEL=x" + env_stars,
        "LOG_LEVEL= " + env_stars,
        "LOG_LEVEL=" + env_stars + " ",
        "LOG_LEVEL=\"" + env_stars + "\"",
        "LOG_LEVEL=" + env_stars + env_stars,
        "LOG_LEVEL=a********b",
        "STRIPE_SECRET_KEY=" + stars19,
        "NEW=" + env_stars,
        "stripe_secret_key=" + env_stars,
        "LOG_LEVEL=info\n" + env_stars + "\nNEW=" + env_stars,
    };
    for (const std::string& text : cases) {
        expect_refused(text, create_env(admin_, shown + text), "400 bad_body");
    }
    std::string many;
    for (int i = 0; i < 501; ++i) {
        many += "MANY_" + std::to_string(i) + "=1\n";
    }
    expect_refused("501 at once", create_env(admin_, shown + many), "400 bad_body");
    expect_refused("over 256 KiB", create_env(admin_, shown + std::string(257UL * 1024, '\n')),
                   "400 bad_body");
    std::string large;
    for (int i = 0; i < 5; ++i) {
        large += "L" + std::to_string(i) + "=" + std::string(52UL * 1024, 'l') + "\n";
    }
    expect_refused("over 256 KiB with what is there", create_env(admin_, shown + large),
                   "400 bad_body");
    expect_nothing_changed();
}

TEST_F(EnvAttack, WhatIsOneValueStaysOneValue) {
    const std::string values[] = {"a%0APINNED=x",
                                  "\xE2\x80\xA8PINNED=x",
                                  "\xC2\x85PINNED=x",
                                  "\xE2\x80\xA9PINNED=x",
                                  "\"x\"",
                                  "'a b'",
                                  "a=b&PINNED=x",
                                  "${PINNED}",
                                  "a\\nPINNED=x",
                                  "a;PINNED=x",
                                  "#no comment",
                                  "%",
                                  "",
                                  "\t"};
    for (const std::string& value : values) {
        const Response made = create_env(admin_, joined({shown, "NEW=", value}));
        EXPECT_EQ(made.status, 200) << value << made.body;
        EXPECT_EQ(env_on_rack("shop"), joined({planted, "NEW=", value, "\n"})) << value;
        plant("shop", planted);
        (void)world_.call(admin_, "GET", "/apps/shop/releases/" + newest_id("shop"));
    }
}

TEST_F(EnvAttack, ProtectedVariablesChangeForNobodyWhateverTheyAreCalled) {
    std::string rest = shown;
    rest.replace(rest.find("PINNED=" + env_stars + "\n"), 28, "");
    const auto expect_protected = [&](const std::string& who, const std::string& text) {
        expect_refused(text, create_env(who, rest + text), "403 env_change_refused");
        EXPECT_EQ(world_.sql("select action || ' ' || status || ' ' || resource from calls where "
                             "resource like 'shop/%' order by chain_index desc limit 1"),
                  "env.set denied shop/" + text.substr(0, text.find('=')));
    };
    for (const char* text : {"PINNED=q7new", "pinned=q7new", "Pinned=q7new",
                             "PINNED=", "PINNED=q7pinned ", "pinned=q7pinned"}) {
        expect_protected(admin_, text);
        expect_protected(deployer_, text);
    }
    expect_protected(deployer_, "PINNED=q7pinned");  // an admin may see it, and so send it back
    EXPECT_EQ(create_env(admin_, rest).status, 200) << "not posted: it stays";
    expect_nothing_changed();
    EXPECT_EQ(create_env(admin_, "").status, 200) << "everything else goes";
    EXPECT_EQ(env_on_rack("shop"), "PINNED=q7pinned\n");
}

// A rollback posts the build and the environment of an earlier release.
TEST_F(EnvAttack, ARollbackBringsBackNoProtectedValueAndNoSecret) {
    const std::string old = "PINNED=q7older\nSTRIPE_SECRET_KEY=q7older\nLOG_LEVEL=old\n";
    plant("shop", old);
    const std::string old_id = newest_id("shop");
    plant("shop", planted);
    world_.forget_rack_requests();
    const Response read = world_.call(admin_, "GET", "/apps/shop/releases/" + old_id);
    const std::string env(boost::json::parse(read.body).at("env").as_string());
    const Response made = create(deployer_, "build=BABCDEFGHIJ&env=" + escaped(env));
    expect_refused("it would remove secrets", made, "403 permission_denied");
    expect_refused("its real text", create(admin_, "build=B1&env=" + escaped(old)),
                   "403 env_change_refused");
    EXPECT_EQ(create(admin_, "build=B1&env=" + escaped(env)).status, 200);
    EXPECT_EQ(env_on_rack("shop"), "LOG_LEVEL=old\nSTRIPE_SECRET_KEY=q7stripe\nPINNED=q7pinned\n");
}

// The log has digests of values. Who reads it and sets a variable of their own must not find out
// by theirs what a secret is.
TEST_F(EnvAttack, ADigestInTheLogComparesValuesOfOneVariableOnly) {
    const auto digests = [&] {
        return world_.sql(
            "select string_agg(details, ' ' order by resource, chain_index) from calls "
            "where resource in ('shop/GUESS', 'shop/STRIPE_SECRET_KEY', 'docs/GUESS')");
    };
    std::string edited = shown;
    edited.replace(edited.find("STRIPE_SECRET_KEY=") + 18, 20, "q7same");
    EXPECT_EQ(create_env(admin_, edited + "GUESS=q7same").status, 200);
    EXPECT_EQ(create(admin_, "env=GUESS%3Dq7same", form_type, "/apps/docs/releases").status, 200);
    static const std::regex of_new(R"re("new":"([0-9a-f]{32})")re");
    const std::string text = digests();
    std::set<std::string> different;
    for (std::sregex_iterator it(text.begin(), text.end(), of_new), end; it != end; ++it) {
        different.insert((*it)[1]);
    }
    EXPECT_EQ(different.size(), 3U) << text;
    EXPECT_EQ(create_env(admin_, shown + "GUESS=q7other").status, 200);
    EXPECT_EQ(create_env(admin_, shown + "GUESS=q7same").status, 200);
    const std::string back = world_.sql(
        "select count(distinct details::jsonb ->> 'new') from calls where resource = 'shop/GUESS' "
        "and details like '%\"new\"%'");
    EXPECT_EQ(back, "2") << "the same variable's value came back";
}

}  // namespace
}  // namespace rgw::test
