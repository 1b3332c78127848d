#include "rgw/mfa/backup_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace rgw::mfa {
namespace {

using testing::MatchesRegex;

const Secret server_key("the server's key of thirty-two b");

std::string normalised(std::string_view typed) {
    const auto code = normalise_backup_code(typed);
    return code ? std::string(code->expose()) : "none";
}

TEST(NewBackupCodes, AreTenOfFourGroupsInCrockfordsLetters) {
    const std::vector<Secret> codes = new_backup_codes();
    EXPECT_EQ(codes.size(), 10U);
    for (const Secret& code : codes) {
        EXPECT_THAT(std::string(code.expose()),
                    MatchesRegex("[0-9A-HJKMNP-TV-Z]{6}(-[0-9A-HJKMNP-TV-Z]{6}){3}"));
    }
}

TEST(NewBackupCodes, AreNeverTheSameAndUseEveryLetterInEveryPlace) {
    std::set<std::string> seen;
    std::set<std::pair<std::size_t, char>> letters;
    for (int i = 0; i < 60; ++i) {
        for (const Secret& code : new_backup_codes()) {
            const std::string text = normalised(code.expose());
            EXPECT_TRUE(seen.insert(text).second);
            for (std::size_t place = 0; place < text.size(); ++place) {
                letters.emplace(place, text[place]);
            }
        }
    }
    // 600 draws per place: that one of 24 times 32 letters is missing happens once in 240,000 runs.
    EXPECT_EQ(letters.size(), 24U * 32U);
}

TEST(NormaliseBackupCode, ReadsWhatPeopleType) {
    const std::string code = "ABCDEFGHJKMNPQRSTVWXYZ01";
    for (const std::string typed :
         {"ABCDEFGHJKMNPQRSTVWXYZ01", "ABCDEF-GHJKMN-PQRSTV-WXYZ01", "abcdef-ghjkmn-pqrstv-wxyz01",
          "AbCdEf GhJkMn PqRsTv WxYz01", "  ABCDEF--GHJKMN - PQRSTV-WXYZ01-",
          "A B C D E F G H J K M N P Q R S T V W X Y Z 0 1", "abcdef-ghjkmn-pqrstv-wxyzo1",
          "ABCDEF-GHJKMN-PQRSTV-WXYZOI", "abcdef-ghjkmn-pqrstv-wxyzoi",
          "ABCDEF-GHJKMN-PQRSTV-WXYZ0L", "abcdef-ghjkmn-pqrstv-wxyz0l"}) {
        EXPECT_EQ(normalised(typed), code) << typed;
    }
    EXPECT_EQ(normalised("ooooooOOOOOOiiiiiiLLLLLL"), "000000000000111111111111");
}

TEST(NormaliseBackupCode, RefusesWhatIsNone) {
    for (const std::string typed :
         {"", "-", "ABCDEFGHJKMNPQRSTVWXYZ0", "ABCDEFGHJKMNPQRSTVWXYZ012",
          "UBCDEFGHJKMNPQRSTVWXYZ01", "uBCDEFGHJKMNPQRSTVWXYZ01", "ABCDEFGHJKMNPQRSTVWXYZ0!",
          "ABCDEF_GHJKMN_PQRSTV_WXYZ01", "ABCDEF.GHJKMN.PQRSTV.WXYZ01",
          "ABCDEFGHJKMNPQRSTVWXYZ01\n", "ABCDEF\tGHJKMNPQRSTVWXYZ01", "ABCDEFGHJKMNPQRSTVWXYZ0\xc3",
          "123456", "A1B2C3D4E5F6", "*BCDEFGHJKMNPQRSTVWXYZ01"}) {
        EXPECT_EQ(normalised(typed), "none") << typed;
    }
    EXPECT_EQ(normalised(std::string("ABCDEFGHJKMNPQRSTVWXYZ0\0", 24)), "none");
    EXPECT_EQ(normalised("ABCDEFGHJKMNPQRSTVWXYZ01" + std::string(40, '-')),
              "ABCDEFGHJKMNPQRSTVWXYZ01");
    EXPECT_EQ(normalised("ABCDEFGHJKMNPQRSTVWXYZ01" + std::string(41, '-')), "none") << "endless";
}

TEST(BackupCodeHasher, TheSameCodeHasTheSameHashHoweverItIsWritten) {
    const BackupCodeHasher hasher(server_key);
    const std::string hash = hasher.hash(Secret("ABCDEF-GHJKMN-PQRSTV-WXYZ01"));
    // HKDF and HMAC as Python's hmac computes them.
    EXPECT_EQ(hash, "f909d0799d52e0f6806e917681bff0204699c10e10c617b55fbe2e0cd4afedbc");
    EXPECT_EQ(hasher.key_id(), "2aa5a28ed2f441a0");
    EXPECT_EQ(hasher.hash(*normalise_backup_code("abcdef ghjkmn pqrstv wxyzoi")), hash);
    EXPECT_EQ(BackupCodeHasher(server_key).hash(Secret("ABCDEFGHJKMNPQRSTVWXYZ01")), hash)
        << "another replica";
    EXPECT_NE(hasher.hash(Secret("ABCDEFGHJKMNPQRSTVWXYZ02")), hash);
}

TEST(BackupCodeHasher, AnotherServerKeyHasAnotherHashAndAnotherId) {
    const BackupCodeHasher hasher(server_key);
    const BackupCodeHasher rotated(Secret("another server key of thirty-two"));
    const Secret code("ABCDEF-GHJKMN-PQRSTV-WXYZ01");
    EXPECT_NE(hasher.hash(code), rotated.hash(code));
    EXPECT_NE(hasher.key_id(), rotated.key_id());
}

TEST(BackupCodeHasher, HashesNothingThatIsNoCode) {
    const BackupCodeHasher hasher(server_key);
    EXPECT_THROW((void)hasher.hash(Secret("123456")), std::invalid_argument);
}

}  // namespace
}  // namespace rgw::mfa
