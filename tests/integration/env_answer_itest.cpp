// Every way known to make an answer of the rack pass unread or unmasked (spec proxy-rbac §7, 4 and
// 25.3 of http-api, 33), as an attack that fails here: what can be read is masked, all the rest is
// not relayed, and the refusal is an event.
#include <algorithm>
#include <cctype>

#include "env_world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// In every answer below stands this value, of a variable nobody is shown over the proxy.
const std::string hidden = "q7hiddenvalue";
const std::string line = "DB_PASSWORD=" + hidden;
const std::string release = R"({"id":"RABCDEFGHIJ","app":"shop","env":")" + line + R"("})";
const Headers json_type = {{"Content-Type", "application/json"}};

std::string lowered(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

Headers typed(const std::string& type) {
    return {{"Content-Type", type}};
}

Headers encoded(const std::string& encoding) {
    return {{"Content-Type", "application/json"}, {"Content-Encoding", encoding}};
}

std::string utf16(const std::string& text) {
    std::string out;
    for (const char c : text) {
        out += c;
        out += '\0';
    }
    return out;
}

class EnvAnswer : public EnvWorld {
protected:
    EnvAnswer() {
        world_.start_gateway();
        admin_ = world_.token("admin");
    }
    Response asked(const PlannedAnswer& answer, const std::string& path = "/apps/shop/releases",
                   const Headers& headers = {}) {
        rack_answers(answer);
        return world_.call(admin_, "GET", path, headers);
    }
    void expect_refused(const std::string& what, const Response& answer) {
        EXPECT_EQ(said(answer), "502 rack_answer_invalid") << what;
        EXPECT_THAT(lowered(all_of(answer)), Not(HasSubstr(hidden))) << what;
        EXPECT_THAT(world_.events().back(),
                    AllOf(HasSubstr("|unknown|"), HasSubstr(R"("reason":"rack_answer_invalid")")))
            << what;
    }

    std::string admin_;
};

TEST_F(EnvAnswer, WhatIsNotPlainJsonIsNotRelayed) {
    const struct {
        const char* what;
        Headers headers;
    } cases[] = {
        {"gzip", encoded("gzip")},
        {"GZIP", encoded("GZIP")},
        {"br", encoded("br")},
        {"zstd", encoded("zstd")},
        {"identity", encoded("identity")},
        {"Identity", encoded("Identity")},
        {"no encoding's name", encoded("")},
        {"two encodings", encoded("identity, gzip")},
        {"an unknown encoding", encoded("x-none")},
        {"lower-case header", {{"Content-Type", "application/json"}, {"content-encoding", "gzip"}}},
        {"no type", {}},
        {"an empty type", typed("")},
        {"text", typed("text/plain")},
        {"text/json", typed("text/json")},
        {"a page", typed("text/html; charset=utf-8")},
        {"NDJSON", typed("application/x-ndjson")},
        {"problem", typed("application/problem+json")},
        {"a longer type", typed("application/jsonx")},
        {"a parameter only", typed("; application/json")},
        {"two types in one", typed("text/html, application/json")},
        {"bytes", typed("application/octet-stream")},
        {"two types", {{"Content-Type", "application/json"}, {"Content-Type", "text/html"}}},
    };
    for (const auto& c : cases) {
        expect_refused(c.what, asked({.headers = c.headers, .body = release}));
        // The gateway itself reads a list and then a release.
        for (const int after : {0, 1}) {
            rack_answers({.headers = c.headers, .body = release, .after = after});
            const Response answer = world_.api(admin_, "GET", "/apps/shop/env?secrets=true");
            EXPECT_EQ(said(answer), "502 rack_answer_invalid") << c.what;
            EXPECT_THAT(all_of(answer), Not(HasSubstr(hidden))) << c.what;
        }
    }
}

TEST_F(EnvAnswer, WhatCannotBeReadWhollyIsNotRelayed) {
    const std::string env = R"("env":")" + line + R"(")";
    const std::string deep = std::string(40, '[') + release + std::string(40, ']');
    std::string nested = release;
    for (int i = 0; i < 40; ++i) {
        nested.insert(0, R"({"a":)");
        nested += "}";
    }
    const std::pair<const char*, std::string> cases[] = {
        {"a byte order mark", "\xEF\xBB\xBF" + release},
        {"UTF-16", utf16(release)},
        {"not UTF-8", R"({"id":"R1",)" + env + ",\"x\":\"\xff\"}"},
        {"something after it", release + " x"},
        {"a NUL after it", release + std::string(1, '\0')},
        {"two documents", release + release},
        {"lines of documents", release + "\n" + release + "\n"},
        {"cut", release.substr(0, release.size() - 1)},
        {"env twice", "{" + env + "," + env + "}"},
        {"env twice, once escaped", "{" + env + R"(,"e\u006ev":")" + line + "\"}"},
        {"env is an array", R"({"env":[")" + line + R"("]})"},
        {"env is an object", R"({"env":{"DB_PASSWORD":")" + hidden + R"("}})"},
        {"env is a number", R"({"env":4711,"x":")" + hidden + R"("})"},
        {"env is null", R"({"env":null,"x":")" + hidden + R"("})"},
        {"ENV is an array", R"({"ENV":[")" + line + R"("]})"},
        {"a text", "\"" + line + "\""},
        {"texts", "[\"" + line + "\"]"},
        {"an array in an array", "[[" + release + "]]"},
        {"arrays too deep", R"({"a":)" + deep + "}"},
        {"objects too deep", nested},
        {"over 8 MiB", R"({"x":")" + std::string(9UL << 20U, 'x') + "\"," + env + "}"},
        {"comments", "/* " + line + " */ " + release},
        {"single quotes", "{'env':'" + line + "'}"},
        {"nothing", ""},
        {"blanks", " \n"},
        {"a page", "<html>" + line + "</html>"},
        {"lines", line + "\n"},
        {"compressed all the same", "\x1f\x8b\x08" + line},
    };
    for (const auto& [what, body] : cases) {
        expect_refused(what, asked({.body = body}));
        expect_refused(std::string("chunked: ") + what, asked({.body = body, .chunked = true}));
    }
}

TEST_F(EnvAnswer, WhatIsReadIsMaskedWhateverItsFormAndStatus) {
    const struct {
        const char* what;
        int status;
        Headers headers;
        std::string body;
    } cases[] = {
        {"Env", 200, json_type, R"({"Env":")" + line + R"("})"},
        {"ENV", 200, json_type, R"([{"ENV":")" + line + R"("}])"},
        {"an escaped key", 200, json_type, R"({"e\u006ev":")" + line + R"("})"},
        {"an escaped value", 200, json_type, R"({"env":"DB_PASSWORD\u003d\u00717hiddenvalue"})"},
        {"nested", 200, json_type, R"({"a":[[{"b":)" + release + "}]]}"},
        {"beside another release", 200, json_type, "[{\"id\":\"R1\"}," + release + "]"},
        {"a type in capitals", 200, typed("APPLICATION/JSON; charset=utf-16"), release},
        {"partial", 206, json_type, release},
        {"created", 201, json_type, release},
        {"a redirect with a body", 302, json_type, release},
        {"an error with a release", 404, json_type, release},
        {"a failure with a release", 500, json_type, release},
        {"a value of several lines", 200, json_type,
         R"({"env":"TLS_KEY=-----BEGIN\nq7hiddenvalue\nq7HiddenValue==\n-----END"})"},
        {"a name in both cases after it", 200, json_type,
         R"({"env":"Password=q7hiddenvalue\nq7hiddenvalue="})"},
        {"no name", 200, json_type, R"({"env":"q7hiddenvalue\n=q7hiddenvalue\n A=q7hiddenvalue"})"},
        {"carriage returns", 200, json_type, R"({"env":"A=1\r\nDB_PASSWORD=q7hiddenvalue\r\n"})"},
        {"other line ends", 200, json_type,
         R"({"env":"A_SECRET=1\u2028B=q7hiddenvalue\u0085C=q7hiddenvalue\u000bD=q7hiddenvalue"})"},
    };
    for (const auto& c : cases) {
        for (const bool chunked : {false, true}) {
            const Response answer = asked(
                {.status = c.status, .headers = c.headers, .body = c.body, .chunked = chunked});
            EXPECT_EQ(answer.status, c.status) << c.what;
            EXPECT_THAT(lowered(all_of(answer)), AllOf(Not(HasSubstr(hidden)), HasSubstr("****")))
                << c.what;
        }
    }
}

TEST_F(EnvAnswer, AnErrorInAFormThatCannotBeMaskedIsNotRelayed) {
    for (const int status : {300, 302, 400, 401, 404, 429, 500, 503}) {
        for (const Headers& headers :
             {typed("text/html"), encoded("gzip"), Headers(),
              Headers{{"Content-Type", "text/plain"}, {"Content-Encoding", "gzip"}}}) {
            const Response answer =
                asked({.status = status, .headers = headers, .body = "<b>" + line + "</b>"});
            EXPECT_EQ(answer.status, 502) << status;
            EXPECT_THAT(all_of(answer), Not(HasSubstr(hidden))) << status;
        }
    }
}

// The gateway has put the hidden values into what the rack was sent: an error that quotes it shows
// what its caller never was shown.
TEST_F(EnvAnswer, AnErrorOfTheRackThatQuotesAValueDoesNotShowIt) {
    plant("shop", "LOG_LEVEL=info\n" + line + "\n");
    for (const std::string& text :
         {"invalid environment: LOG_LEVEL=debug\n" + line,
          "release.spec.env: Invalid value: \"" + hidden + "\": must not be empty",
          "could not parse: {\"DB_PASSWORD\":\"" + hidden + "\"}", hidden}) {
        for (const int status : {400, 422, 500}) {
            for (const Headers& headers :
                 {typed("text/plain"), typed("text/plain; charset=utf-8")}) {
                rack_answers({.status = status, .headers = headers, .body = text, .after = 2});
                const Response answer =
                    create_env(admin_, "LOG_LEVEL=debug\nDB_PASSWORD=" + env_stars);
                EXPECT_EQ(answer.status, status) << text;
                EXPECT_THAT(answer.body, HasSubstr("the rack refused this")) << text;
                EXPECT_THAT(all_of(answer), Not(HasSubstr(hidden))) << text;
            }
        }
    }
    rack_answers({.status = 422, .body = R"({"error":")" + hidden + R"("})", .after = 2});
    EXPECT_THAT(all_of(create_env(admin_, "LOG_LEVEL=debug\nDB_PASSWORD=" + env_stars)),
                Not(HasSubstr(hidden)));
    const std::string written =
        world_.gateway_log() + world_.audit_lines() +
        world_.sql("select string_agg(e::text, ' ') from audit.audit_event e");
    EXPECT_THAT(written, Not(HasSubstr(hidden)));
}

TEST_F(EnvAnswer, WhatARackSaysInPlainWordsIsStillTold) {
    EXPECT_THAT(world_.call(admin_, "GET", "/apps/nowhere/releases").body,
                HasSubstr("app not found: nowhere"));
    EXPECT_THAT(world_.call(admin_, "GET", "/apps/shop/releases/RNOWHERE").body,
                HasSubstr("release not found: RNOWHERE"));
}

TEST_F(EnvAnswer, NothingACallerSendsMakesTheRackCompress) {
    const std::string encodings[] = {
        "gzip", "GZIP", "br, gzip;q=0.5", "*", "identity", "identity;q=0, *", "zstd"};
    for (const std::string& value : encodings) {
        for (const char* name : {"Accept-Encoding", "accept-encoding", "TE", "X-Accept-Encoding"}) {
            EXPECT_EQ(world_.call(admin_, "GET", "/apps/shop/releases", {{name, value}}).status,
                      200);
        }
    }
    EXPECT_THAT(lowered(world_.rack_saw()),
                AllOf(Not(HasSubstr("accept-encoding")), Not(HasSubstr("\"te\""))));
}

TEST_F(EnvAnswer, NeitherAnotherMethodNorAnotherFormOfThePathGoesRoundTheMask) {
    plant("shop", line);
    const std::string id = newest_id("shop");
    const std::string paths[] = {"/apps/shop/releases?limit=1",
                                 "/apps/shop/releases?limit=0",
                                 "/apps/shop/releases?limit=-1",
                                 "/apps/shop/releases?limit=99999999999999999999",
                                 "/apps/shop/releases?limit=",
                                 "/apps/shop/releases?limit=%31",
                                 "/apps/shop/releases?%6cimit=1",
                                 "/apps/SHOP/releases",
                                 "/apps/shop/%72eleases",
                                 "/apps/shop/releases/%52" + id.substr(1),
                                 "/apps/shop/releases?limit=1&limit=2",
                                 "/apps/shop/releases?env=1",
                                 "/apps/shop/releases;x",
                                 "/apps/shop/releases/",
                                 "/apps/shop//releases",
                                 "/apps/shop/releases/" + id + "/",
                                 "/apps/shop/releases/" + id + "?limit=1",
                                 "/apps/shop/releases/" + id + ".json",
                                 "/apps/shop%2Freleases%2F" + id,
                                 "/apps/shop%252Freleases%252F" + id,
                                 "/apps/./shop/releases",
                                 "/apps/shop/x/../releases",
                                 "/apps/shop/environment",
                                 "/apps/shop/releases/" + id + "/env"};
    for (const std::string& path : paths) {
        for (const char* method : {"GET", "HEAD", "OPTIONS", "PATCH", "PUT", "SOCKET"}) {
            const Response answer = world_.call(admin_, method, path);
            EXPECT_THAT(all_of(answer), Not(HasSubstr(hidden))) << method << path;
        }
    }
    // The same from the mount of the web app, and of what the rack says about its own releases.
    const std::string session = world_.session("admin@example.com");
    EXPECT_THAT(world_.api(session, "GET", "/convox/apps/shop/releases").body,
                AllOf(HasSubstr("DB_PASSWORD=****"), Not(HasSubstr(hidden))));
    const Response own = asked({.body = "[" + release + "]"}, "/system/releases");
    EXPECT_THAT(own.body, AllOf(HasSubstr("DB_PASSWORD=****"), Not(HasSubstr(hidden))));
}

TEST_F(EnvAnswer, WhyAPromotionFailedIsToldWithoutWhatItQuotes) {
    plant("shop", "LOG_LEVEL=info\n" + line + "\n");
    const std::string path = "/apps/shop/releases/" + newest_id("shop") + "/promote";
    const std::string why = "env[3] is invalid: \"" + hidden + "\", LOG_LEVEL is fine\n";
    for (const int status : {400, 500}) {
        rack_answers({.status = status, .headers = {{"Content-Type", "text/plain"}}, .body = why});
        const Response answer = world_.call(admin_, "POST", path, form_type, "force=false");
        EXPECT_EQ(answer.status, status);
        EXPECT_EQ(answer.body, "env[3] is invalid: \"" + env_stars + "\", LOG_LEVEL is fine\n");
    }
    for (const Headers& headers : {json_type, encoded("gzip"), Headers{}}) {
        rack_answers({.status = 500, .headers = headers, .body = why});
        const Response answer = world_.call(admin_, "POST", path, form_type, "force=false");
        EXPECT_EQ(answer.status, 500);
        EXPECT_THAT(all_of(answer), Not(HasSubstr(hidden)));
        EXPECT_THAT(answer.body, HasSubstr("is not shown"));
    }
    rack_answers({.status = 500,
                  .headers = {{"Content-Type", "text/plain"}},
                  .body = why + std::string(70'000, 'x')});
    const Response long_one = world_.call(admin_, "POST", path, form_type, "force=false");
    EXPECT_EQ(long_one.status, 500);
    EXPECT_THAT(long_one.body, HasSubstr("is not shown"));
    EXPECT_EQ(world_.call(admin_, "POST", path, form_type, "force=false").body, "ok\n");
}

}  // namespace
}  // namespace rgw::test
