// Variables set and taken away one by one (spec http-api §12.2, proxy-rbac §1.12 C), by the rules
// of a posted environment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "env_cases.hpp"

namespace rgw::rack {
namespace {

using testing::HasSubstr;
using testing::Not;
using Set = std::map<std::string, std::string, std::less<>>;

std::string patched(const Set& set, const std::vector<std::string>& remove,
                    const access::PermissionSet& held, const access::EnvLists& of_app = lists(),
                    const std::string& from = base) {
    EnvPatch patch{.set = {}, .remove = remove};
    for (const auto& [name, value] : set) {
        patch.set.emplace(name, with_stars(value));
    }
    return told(patch_env(patch, from, of_app, held));
}

TEST(EnvPatch, WhatIsNotNamedStays) {
    EXPECT_EQ(patched({}, {}, nobody), base);
    EXPECT_EQ(patched({{"NEW", "1"}, {"LOG_LEVEL", "debug"}}, {"REGION"}, deployer),
              "LOG_LEVEL=debug\nDATABASE_URL=postgres://u:hunter2@db/shop\nSTRIPE_KEY=sk_live\n"
              "NEW=1\n");
    EXPECT_EQ(patched({}, {"NOT_THERE"}, deployer), base);
}

TEST(EnvPatch, WhatIsTheCaseAlreadyIsNoChange) {
    EXPECT_EQ(patched({{"LOG_LEVEL", "info"}, {"STRIPE_KEY", "#"}, {"REGION", "#"}}, {}, deployer),
              base);
    EXPECT_TRUE(patch_env({.set = {{"STRIPE_KEY", "sk_live"}}, .remove = {}}, base, lists(), admin)
                    ->differences.empty());
}

TEST(EnvPatch, SecretsTakeTheirOwnPermissionAlsoWhereTheGuessIsRight) {
    const std::string right = patched({{"STRIPE_KEY", "sk_live"}}, {}, deployer);
    EXPECT_EQ(right, patched({{"STRIPE_KEY", "sk_dead"}}, {}, deployer));
    EXPECT_THAT(right, HasSubstr("convox:secret:set [STRIPE_KEY secret]"));
    EXPECT_THAT(patched({}, {"DATABASE_URL"}, deployer), HasSubstr("[DATABASE_URL secret]"));
    EXPECT_THAT(patched({{"REGION", "https://a:b@c"}}, {}, deployer), HasSubstr("[REGION secret]"));
    EXPECT_THAT(patched({{"A", "1"}}, {}, deployer, lists({"a"})), HasSubstr("[A secret]"));
    EXPECT_THAT(patched({{"STRIPE_KEY", "new"}}, {}, admin), HasSubstr("STRIPE_KEY=new"));
    EXPECT_THAT(patched({{"LOG_LEVEL", "x"}}, {}, with({Permission::convox_env_read})),
                HasSubstr("convox:env:set [LOG_LEVEL]"));
}

TEST(EnvPatch, ProtectedOnesAreKeptOrRefused) {
    const access::EnvLists fixed = lists({}, {"region", "NEW"});
    for (const auto& [set, remove] : std::vector<std::pair<Set, std::vector<std::string>>>{
             {{{"REGION", "us"}}, {}}, {{}, {"REGION"}}}) {
        EXPECT_EQ(patched(set, remove, admin, fixed),
                  "env_change_refused: REGION is protected [REGION]");
    }
    EXPECT_EQ(patched({{"NEW", "1"}}, {}, admin, fixed),
              "env_change_refused: NEW is protected [NEW]");
    EXPECT_EQ(patched({{"REGION", "#"}}, {}, deployer, fixed), base);
    EXPECT_EQ(patched({{"REGION", "eu"}}, {}, admin, fixed), base)
        << "who may see the value may send it back";
    EXPECT_EQ(patched({{"REGION", "eu"}}, {}, deployer, fixed),
              patched({{"REGION", "us"}}, {}, deployer, fixed));
}

TEST(EnvPatch, ThePlaceholderNeedsAValueItStandsForAndBeWhole) {
    EXPECT_THAT(patched({{"NEW", "#"}}, {}, admin),
                HasSubstr("bad_body: NEW: there is no value the placeholder could stand for"));
    EXPECT_THAT(patched({{"LOG_LEVEL", "#x"}}, {}, admin),
                HasSubstr("asterisks that look like a piece of the placeholder"));
    EXPECT_THAT(patched({{"LOG_LEVEL", "#"}}, {"LOG_LEVEL"}, admin),
                HasSubstr("LOG_LEVEL is to be set and to be removed"));
}

// Spec http-api §25.3, 34: a line break would set other variables, secret and protected ones too.
TEST(EnvPatch, NoValueBringsAnotherVariableAlong) {
    using namespace std::string_literals;
    for (const std::string& value :
         {"1\nSTRIPE_KEY=mine"s, "1\r\nREGION=us"s, "1\n"s, "\n"s, "1\0STRIPE_KEY=mine"s, "\r"s}) {
        EXPECT_THAT(patched({{"LOG_LEVEL", value}}, {}, admin),
                    HasSubstr("bad_body: LOG_LEVEL: a value cannot hold a line break or a NUL"));
    }
    for (const std::string& name : {"A\nSTRIPE_KEY"s, "A=B"s, ""s, "A B"s, "1A"s, "A\0"s,
                                    std::string(129, 'A'), "\xC3\x84"s}) {
        const std::string answer = patched({{name, "hunter3"}}, {}, admin);
        EXPECT_THAT(answer, testing::StartsWith("bad_body: env has a name")) << name;
        EXPECT_THAT(answer, Not(HasSubstr("hunter3")));
    }
    for (const std::string& value : {"\x01"s, "\xff"s, std::string(70'000, 'x')}) {
        EXPECT_THAT(patched({{"A", value}}, {}, admin), testing::StartsWith("bad_body: A: "));
    }
}

TEST(EnvPatch, ManyLargeValuesAreRefusedTogether) {
    Set set;
    for (int i = 0; i < 6; ++i) {
        set["A" + std::to_string(i)] = std::string(50'000, 'x');
    }
    EXPECT_EQ(patched(set, {}, admin), "bad_body: the environment would be over 256 KiB");
    set.clear();
    for (int i = 0; i <= 500; ++i) {
        set["A" + std::to_string(i)] = "1";
    }
    EXPECT_EQ(patched(set, {}, admin), "bad_body: more than 500 variables change at once");
}

TEST(EnvPatch, WhatCannotBeToldApartIsNotTouched) {
    EXPECT_THAT(patched({{"A", "2"}}, {}, admin, lists(), "A=1\nA=3\n"),
                HasSubstr("A is set twice on the rack"));
    const std::string several = "A=1\nTLS_CERT=-----BEGIN\nMIIabc\nQUJD==\n-----END\nB=2\n";
    EXPECT_THAT(patched({}, {"TLS_CERT"}, admin, lists(), several),
                HasSubstr("TLS_CERT has a value of several lines"));
    EXPECT_EQ(patched({{"A", "9"}}, {}, admin, lists(), several),
              "A=9\nTLS_CERT=-----BEGIN\nMIIabc\nQUJD==\n-----END\nB=2\n");
}

TEST(EnvValues, AreShownByNameOrRevealed) {
    const EnvValues shown = mask_env_values(base, EnvView::values(lists()));
    EXPECT_EQ(shown, (EnvValues{{"LOG_LEVEL", "info"},
                                {"DATABASE_URL", stars},
                                {"STRIPE_KEY", stars},
                                {"REGION", "eu"}}));
    EXPECT_EQ(mask_env_values(base, EnvView::names()).at("LOG_LEVEL"), stars);
    const EnvValues all = reveal_env_values("A=1\nTLS_CERT=-----BEGIN\nMIIabc\n-----END\nB=2\n");
    EXPECT_EQ(all,
              (EnvValues{{"A", "1"}, {"TLS_CERT", "-----BEGIN\nMIIabc\n-----END"}, {"B", "2"}}));
}

}  // namespace
}  // namespace rgw::rack
