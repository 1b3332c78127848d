// Spec proxy-rbac §7, 1 to 3: the body that was judged is the body the rack reads.
#include "rgw/rack/body.hpp"

#include <gtest/gtest.h>

namespace rgw::rack {
namespace {

const Route& route(std::string_view method, std::string_view target) {
    return *match(method, target)->route;
}

bool takes(const Route& on, std::optional<std::string_view> type) {
    return check_content_type(on, type).has_value();
}

std::string pinned(const Route& on, std::string_view body) {
    const auto form = pin_body(on, body);
    return form ? *form : "refused: " + std::string(id(form.error().code));
}

TEST(Body, AFormIsUrlencodedAndNothingElse) {
    const Route& build = route("POST", "/apps/web/builds");
    for (const std::string_view good :
         {"application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded",
          "application/x-www-form-urlencoded; charset=utf-8",
          "application/x-www-form-urlencoded;charset=UTF-8"}) {
        EXPECT_TRUE(takes(build, good)) << good;
    }
    for (const std::string_view bad :
         {"", "application/octet-stream", "multipart/form-data; boundary=x",
          "application/x-www-form-urlencodedx", "application/x-www-form-urlencoded, text/plain",
          "application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form-urlencoded;",
          "application/json"}) {
        EXPECT_FALSE(takes(build, bad)) << bad;
    }
    EXPECT_FALSE(takes(build, std::nullopt));
}

TEST(Body, AnUploadIsNeverOfATypeARackReadsOptionsFrom) {
    for (const auto& [method, target] :
         {std::pair{"POST", "/apps/web/objects/tmp/x.tgz"},
          std::pair{"POST", "/apps/web/builds/import"},
          std::pair{"POST", "/apps/web/processes/p/files"},
          std::pair{"PUT", "/apps/web/resources/db/data"}, std::pair{"PATCH", "/v2/a/blobs/x"}}) {
        const Route& upload = route(method, target);
        EXPECT_TRUE(takes(upload, "application/octet-stream")) << target;
        EXPECT_TRUE(takes(upload, std::nullopt)) << target;
        EXPECT_TRUE(takes(upload, "application/x-tar")) << target;
        for (const std::string_view bad :
             {"application/x-www-form-urlencoded", "APPLICATION/x-www-form-urlencoded ; x=y",
              "multipart/form-data; boundary=x", "Multipart/Mixed"}) {
            EXPECT_FALSE(takes(upload, bad)) << target << " " << bad;
        }
    }
}

TEST(Body, OnlyTheFieldsOfTheRowPassOnceAndAreWrittenAnew) {
    const Route& build = route("POST", "/apps/web/builds");
    EXPECT_EQ(pinned(build, "url=object%3A%2f%2fweb/tmp/x.tgz&git-sha=abc+1"),
              "url=object%3A%2F%2Fweb%2Ftmp%2Fx.tgz&git-sha=abc%201");
    EXPECT_EQ(pinned(build, ""), "");
    for (const std::string_view bad :
         {"url=a&url=b", "url=a&%75rl=b", "env=A%3D1", "url", "=a", "url=%zz", "url=a;git-sha=b",
          "url=a&", "url=%00", "URL=a"}) {
        EXPECT_EQ(pinned(build, bad), "refused: bad_body") << bad;
    }
    EXPECT_EQ(pinned(route("POST", "/apps/web/releases/R1/promote"), "force=true&min=1"),
              "force=true&min=1");
    EXPECT_EQ(pinned(route("POST", "/apps/web/releases"), "build=B1&env="), "refused: bad_body");
}

TEST(Body, WhereTheNamesAreNotWrittenDownTheFormIsStillStrict) {
    const Route& registry = route("POST", "/registries");
    EXPECT_EQ(pinned(registry, "server=x&username=u&password=p"), "server=x&username=u&password=p");
    EXPECT_EQ(pinned(registry, "server=x&server=y"), "refused: bad_body");
    EXPECT_EQ(pinned(registry, "--b\r\nContent-Disposition: form-data; name=\"server\""),
              "refused: bad_body");
}

}  // namespace
}  // namespace rgw::rack
