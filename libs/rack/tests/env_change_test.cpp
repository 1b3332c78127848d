// What a posted environment changes, who may, and what is refused (spec proxy-rbac §1.12 B, §7
// items 3, 5, 9; docs/adr/0006).
#include "rgw/rack/env_change.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "env_cases.hpp"

namespace rgw::rack {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string merged(std::string posted, const access::PermissionSet& held,
                   const access::EnvLists& of_app = lists(), const std::string& from = base) {
    return told(change_env(with_stars(std::move(posted)), from, of_app, held));
}

const std::string masked = "LOG_LEVEL=info\nDATABASE_URL=#\nSTRIPE_KEY=#\nREGION=eu\n";

TEST(EnvChange, WhatWasShownAndSentBackChangesNothing) {
    EXPECT_EQ(merged(masked, deployer), base);
    EXPECT_EQ(merged("LOG_LEVEL=#\nDATABASE_URL=#\nSTRIPE_KEY=#\nREGION=#\n", nobody), base);
    EXPECT_TRUE(change_env("LOG_LEVEL=info\nDATABASE_URL=" + stars + "\nSTRIPE_KEY=" + stars +
                               "\nREGION=eu",
                           base, lists(), deployer)
                    ->differences.empty());
}

TEST(EnvChange, SetChangeAndUnsetAreDifferences) {
    const auto change =
        change_env("LOG_LEVEL=debug\nDATABASE_URL=" + stars + "\nSTRIPE_KEY=" + stars + "\nNEW=1",
                   base, lists(), deployer);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->text.expose(),
              "LOG_LEVEL=debug\nDATABASE_URL=postgres://u:hunter2@db/shop\nSTRIPE_KEY=sk_live\n"
              "NEW=1\n");
    ASSERT_EQ(change->differences.size(), 3U);
    EXPECT_EQ(change->differences[0].name, "LOG_LEVEL");
    EXPECT_EQ(change->differences[0].kind, EnvKind::changed);
    EXPECT_EQ(change->differences[0].old_value.expose(), "info");
    EXPECT_EQ(change->differences[0].new_value.expose(), "debug");
    EXPECT_EQ(change->differences[1].name, "NEW");
    EXPECT_EQ(change->differences[1].kind, EnvKind::added);
    EXPECT_EQ(change->differences[2].name, "REGION");
    EXPECT_EQ(change->differences[2].kind, EnvKind::removed);
}

TEST(EnvChange, SecretsNeedTheirOwnPermission) {
    const std::string refused = "permission_denied: You don't have permission to modify secrets.";
    for (const char* posted :
         {"LOG_LEVEL=info\nDATABASE_URL=#\nSTRIPE_KEY=mine\nREGION=eu",  // changed
          "LOG_LEVEL=info\nDATABASE_URL=#\nREGION=eu",                   // removed
          "LOG_LEVEL=info\nDATABASE_URL=#\nSTRIPE_KEY=#\nREGION=eu\nNEW_TOKEN=x",
          "LOG_LEVEL=info\nDATABASE_URL=#\nSTRIPE_KEY=sk_live\nREGION=eu",  // a guess that is right
          "LOG_LEVEL=https://a:b@c\nDATABASE_URL=#\nSTRIPE_KEY=#\nREGION=eu"}) {
        EXPECT_THAT(merged(posted, deployer), HasSubstr(refused)) << posted;
    }
    EXPECT_THAT(merged("STRIPE_KEY=mine\nDATABASE_URL=#\nLOG_LEVEL=info\nREGION=eu", admin),
                HasSubstr("STRIPE_KEY=mine"));
    EXPECT_THAT(merged("REGION=us\nLOG_LEVEL=info\nDATABASE_URL=#\nSTRIPE_KEY=#", deployer,
                       lists({"region"})),
                HasSubstr(refused))
        << "listed by the app";
}

// Who may set a value they may not see learns from no limit that a guess of it was right.
TEST(EnvChange, ARightGuessCountsAsAChangeLikeAWrongOne) {
    const access::PermissionSet blind =
        with({Permission::convox_env_set, Permission::convox_secret_set});
    std::string many = "LOG_LEVEL=#\nDATABASE_URL=#\nREGION=#\n";
    for (int i = 0; i < 500; ++i) {
        many += "N" + std::to_string(i) + "=1\n";
    }
    const std::string wrong = merged(many + "STRIPE_KEY=xx_xxxx", blind);
    EXPECT_THAT(wrong, HasSubstr("more than 500 variables"));
    EXPECT_EQ(merged(many + "STRIPE_KEY=sk_live", blind), wrong);
    EXPECT_EQ(merged("LOG_LEVEL=#\nDATABASE_URL=#\nREGION=#\nSTRIPE_KEY=sk_live", blind), base);
}

TEST(EnvChange, ProtectedOnesNeitherChangeNorVanishForAnybody) {
    const access::EnvLists fixed = lists({}, {"REGION"});
    EXPECT_EQ(merged("LOG_LEVEL=info\nDATABASE_URL=#\nSTRIPE_KEY=#\nREGION=us", admin, fixed),
              "env_change_refused: REGION is protected [REGION]");
    EXPECT_EQ(merged("LOG_LEVEL=info\nDATABASE_URL=#\nSTRIPE_KEY=#", admin, fixed), base)
        << "not posted: kept";
    EXPECT_THAT(merged("", admin, fixed), HasSubstr("REGION=eu"));
    EXPECT_EQ(
        merged("region=us\nLOG_LEVEL=#\nDATABASE_URL=#\nSTRIPE_KEY=#\nREGION=#", admin, fixed),
        "env_change_refused: region is protected [region]")
        << "names compare without case";
}

TEST(EnvChange, AnEmptyEnvironmentRemovesEverythingLikeAnyOtherChange) {
    EXPECT_EQ(merged("", admin), "");
    EXPECT_THAT(merged("", deployer), HasSubstr("permission_denied"));
    EXPECT_THAT(merged("", with({Permission::convox_secret_set})), HasSubstr("convox:env:set"));
}

TEST(EnvChange, ThePlaceholderStandsForAValueThatIsThereAndWholeOnly) {
    EXPECT_THAT(merged(masked + "NEW=#", admin),
                HasSubstr("bad_body: NEW: there is no value the placeholder could stand for"));
    for (const char* half : {"********", "*******************", "*********************",
                             "x********************", "********************x", "a*********b"}) {
        EXPECT_THAT(merged("LOG_LEVEL=" + std::string(half), admin),
                    HasSubstr("asterisks that look like a piece of the placeholder"))
            << half;
    }
    EXPECT_THAT(merged("LOG_LEVEL=5*5*5\nDATABASE_URL=#\nSTRIPE_KEY=#\nREGION=eu", deployer),
                HasSubstr("LOG_LEVEL=5*5*5"));
}

TEST(EnvChange, WhatIsNoListOfVariablesIsRefusedAndNeverQuoted) {
    using namespace std::string_literals;
    for (const std::string& posted :
         {"hunter3"s, "A=1\nhunter3"s, "=hunter3"s, "A B=hunter3"s, "1A=hunter3"s,
          "A=1\nA=hunter3"s, "A=hunter3\r\n"s, "A=hunter3\0"s, "A=\x01hunter3"s, "A=\xffhunter3"s,
          "A-=hunter3\n-B=1"s, "\xC3\x84=hunter3"s, std::string(129, 'A') + "=hunter3",
          "A=" + std::string(70'000, 'h'), std::string(300'000, '\n')}) {
        const std::string answer = merged(posted, admin);
        EXPECT_THAT(answer, testing::StartsWith("bad_body: ")) << posted.substr(0, 20);
        EXPECT_THAT(answer, Not(HasSubstr("hunter3")));
    }
}

TEST(EnvChange, AValueOfSeveralLinesIsKeptByteForByteOrNotTouched) {
    const std::string several = "A=1\nTLS_CERT=-----BEGIN\nMIIabc\nQUJD==\n-----END\nB=2\n";
    EXPECT_EQ(merged("A=#\nTLS_CERT=#\nB=#", admin, lists(), several), several);
    EXPECT_EQ(merged("A=9\nTLS_CERT=#\nB=#", admin, lists(), several),
              "A=9\nTLS_CERT=-----BEGIN\nMIIabc\nQUJD==\n-----END\nB=2\n");
    for (const char* posted : {"A=#\nTLS_CERT=new\nB=#", "A=#\nB=#"}) {
        EXPECT_THAT(merged(posted, admin, lists(), several),
                    HasSubstr("env_change_refused: TLS_CERT has a value of several lines"));
    }
}

TEST(EnvChange, ARefusalNamesEveryKeyAndNoValue) {
    const std::string answer =
        merged("LOG_LEVEL=debug\nDATABASE_URL=hunter4\nSTRIPE_KEY=hunter5\nREGION=eu",
               with({Permission::convox_env_read}));
    EXPECT_THAT(answer, testing::AllOf(HasSubstr("[LOG_LEVEL]"), HasSubstr("[DATABASE_URL secret]"),
                                       HasSubstr("[STRIPE_KEY secret]"), Not(HasSubstr("hunter")),
                                       Not(HasSubstr("sk_live"))));
}

TEST(EnvChange, AnAppWithoutAReleaseBeginsWithAnEmptyEnvironment) {
    EXPECT_EQ(merged("A=1\nB=2\n", deployer, lists(), ""), "A=1\nB=2");
}

}  // namespace
}  // namespace rgw::rack
