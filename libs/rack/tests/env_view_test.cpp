// What somebody who may read an environment sees of it, and what never.
#include <gtest/gtest.h>

#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

const std::string stars(env_placeholder);

access::EnvLists no_lists() {
    return {.secret_names = {}, .protected_names = {}};
}

// '#' stands for the placeholder.
std::string seen(std::string_view env, const access::EnvLists& lists = no_lists()) {
    std::string shown = mask_env_text(env, EnvView::values(lists));
    for (auto at = shown.find(stars); at != std::string::npos; at = shown.find(stars)) {
        shown.replace(at, stars.size(), "#");
    }
    return shown;
}

TEST(EnvViewed, ValuesOfOrdinaryVariablesAreShown) {
    EXPECT_EQ(seen("LOG_LEVEL=info\nURL=https://a.example:8080/?a=b\nEMPTY=\n"),
              "LOG_LEVEL=info\nURL=https://a.example:8080/?a=b\nEMPTY=\n");
    EXPECT_EQ(seen("lower=case\nA=1"), "lower=case\nA=1");
    EXPECT_EQ(seen("A=1\n\nB=\xC3\xA9\t!"), "A=1\n\nB=\xC3\xA9\t!");
}

TEST(EnvViewed, SecretAndProtectedOnesAreNot) {
    access::EnvLists lists = no_lists();
    lists.secret_names.add("PIN");
    lists.protected_names.add("region");
    EXPECT_EQ(seen("A=1\nDATABASE_URL=postgres://u:hunter2@db\nPIN=4711\nREGION=eu\nSTRIPE_KEY=x\n"
                   "Z=2\n",
                   lists),
              "A=1\nDATABASE_URL=#\nPIN=#\nREGION=#\nSTRIPE_KEY=#\nZ=2\n");
    EXPECT_EQ(seen("A=1\nB=2", access::EnvLists()), "A=#\nB=#") << "unreadable lists hide all";
}

TEST(EnvViewed, ALowerCaseLineAfterAHiddenValueMayBelongToIt) {
    EXPECT_EQ(seen("MY_SECRET=[client]\nuser=joe\npin=4711\nB=2"),
              "MY_SECRET=#\nuser=#\npin=#\nB=2");
}

TEST(EnvViewed, WhereAValueHasSeveralLinesNothingAfterAHiddenOneIsShown) {
    EXPECT_EQ(seen("A=1\nTLS_CERT=-----BEGIN\nMIIabc\nQUJD==\n-----END\nB=2"),
              "A=1\nTLS_CERT=#\n#\n#\n#\nB=#");
    EXPECT_EQ(seen("A=1\nMY_SECRET=x\nB=2\nC={\n}\nD=3"), "A=1\nMY_SECRET=#\nB=#\nC=#\n#\nD=#");
    EXPECT_EQ(seen("line\nA=1"), "#\nA=#");
    EXPECT_EQ(seen("A=1\nConnectionStrings__Main=x\nB=2"), "A=#\n#\nB=#");
}

TEST(EnvViewed, WhatCouldNotBeSentBackIsHidden) {
    EXPECT_EQ(seen("A=x\r\nB=" + std::string(8, '*') + "\nC=a" + std::string(19, '*') +
                   "\nD=\x01\nE=\x7F\n-F=1\nG=ok*******"),
              "A=#\nB=#\nC=#\nD=#\nE=#\n-F=#\nG=ok*******");
    EXPECT_EQ(seen("A=" + std::string(70'000, 'x')), "A=#");
    EXPECT_EQ(seen("A=\xff"), "A=#");
}

TEST(EnvViewed, InAReleaseAnswerEveryEnvIsSeenTheSameWay) {
    const access::EnvLists lists = no_lists();
    const auto shown = mask_release_env(R"([{"env":"A=1\nMY_TOKEN=x"},{"deep":{"ENV":"A=2"}}])",
                                        EnvView::values(lists));
    ASSERT_TRUE(shown);
    EXPECT_EQ(*shown, R"([{"env":"A=1\nMY_TOKEN=)" + stars + R"("},{"deep":{"ENV":"A=2"}}])");
    EXPECT_FALSE(mask_release_env(R"({"env":["A=1"]})", EnvView::values(lists)));
}

TEST(EnvViewed, AHiddenValueIsFoundWhereverATextQuotesIt) {
    access::EnvLists lists = no_lists();
    lists.protected_names.add("ZONE");
    const std::string env =
        "LOG=info\nMY_TOKEN=tok_4242\nMY_SECRET=tok_4242_longer\nZONE=eu-1\nPIN_KEY=123\n"
        "DATABASE_URL=postgres://u:hunter2@db\nTLS_CERT=-----BEGIN\nMIIabc\n";
    const std::string text =
        "info: \"tok_4242\" tok_4242_longer eu-1 123 postgres://u:hunter2@db MIIabc -----BEGIN";
    const auto hide = [&](const EnvView& view) {
        std::string out = hide_env_values(text, env, view);
        for (auto at = out.find(stars); at != std::string::npos; at = out.find(stars)) {
            out.replace(at, stars.size(), "#");
        }
        return out;
    };
    EXPECT_EQ(hide(EnvView::values(lists)), "info: \"#\" # # 123 # # #");
    EXPECT_EQ(hide(EnvView::names()), "#: \"#\" # # 123 # # #");
    EXPECT_EQ(hide_env_values("nothing of it\n", env, EnvView::names()), "nothing of it\n");
    EXPECT_EQ(hide_env_values("", env, EnvView::names()), "");
}

}  // namespace
}  // namespace rgw::rack
