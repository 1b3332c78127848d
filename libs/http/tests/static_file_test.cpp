#include "rgw/http/static_file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rgw::http {
namespace {

const StaticFile script{.path = "assets/index-4f3a.js",
                        .type = "text/javascript",
                        .digest = "0123456789abcdef",
                        .lifetime = StaticFile::for_ever,
                        .identity = "plain",
                        .gzip = "gz",
                        .brotli = "br"};

StaticAnswer ask(const StaticFile& file, std::vector<Field> fields) {
    RequestHead head{.method = "GET", .target = "/"};
    head.fields = std::move(fields);
    return answer_static(file, head);
}

std::string field(const StaticAnswer& answer, std::string_view name) {
    for (const OutField& each : answer.fields) {
        if (each.name == name) {
            return each.value;
        }
    }
    return "";
}

TEST(StaticFileTest, TheSmallestFormTheClientTakes) {
    const struct {
        const char* accepts;
        const char* body;
        const char* coding;
    } cases[] = {
        {"", "plain", ""},
        {"br", "br", "br"},
        {"gzip, deflate, br", "br", "br"},
        {"GZIP", "gz", "gzip"},
        {"br;q=0, gzip;q=0.5", "gz", "gzip"},
        {"br;q=0.0,gzip; q=0", "plain", ""},
        {"brotli, gzipped", "plain", ""},
    };
    for (const auto& c : cases) {
        const StaticAnswer answer = ask(script, {{"Accept-Encoding", c.accepts}});
        EXPECT_EQ(answer.body, c.body) << c.accepts;
        EXPECT_EQ(field(answer, "Content-Encoding"), c.coding) << c.accepts;
        EXPECT_EQ(field(answer, "Vary"), "Accept-Encoding");
    }
    StaticFile incompressible = script;
    incompressible.brotli = {};
    EXPECT_EQ(ask(incompressible, {{"Accept-Encoding", "br, gzip"}}).body, "gz");
}

TEST(StaticFileTest, WhatIsNamedByItsContentIsKeptAndTheRestIsAskedForAnew) {
    EXPECT_EQ(field(ask(script, {}), "Cache-Control"), "public, max-age=31536000, immutable");
    StaticFile icon = script;
    icon.lifetime = StaticFile::asked_anew;
    const StaticAnswer first = ask(icon, {});
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(field(first, "Cache-Control"), "no-cache");
    const std::string tag = field(first, "ETag");
    for (const std::string& known : {tag, "\"other\", " + tag, std::string("*")}) {
        const StaticAnswer again = ask(icon, {{"If-None-Match", known}});
        EXPECT_EQ(again.status, 304) << known;
        EXPECT_EQ(again.body, "");
        EXPECT_EQ(field(again, "ETag"), tag);
    }
    EXPECT_EQ(ask(icon, {{"If-None-Match", "\"0123456789abcdee\""}}).status, 200);
}

}  // namespace
}  // namespace rgw::http
