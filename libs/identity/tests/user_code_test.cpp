#include "rgw/identity/user_code.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace rgw::identity {
namespace {

TEST(UserCode, IsEightConsonantsAndNeverTheSame) {
    std::set<std::string> seen;
    std::map<char, int> letters;
    for (int i = 0; i < 2000; ++i) {
        const std::string code = new_user_code();
        EXPECT_EQ(code.size(), 8U);
        EXPECT_EQ(parse_user_code(code), code);
        EXPECT_TRUE(seen.insert(code).second);
        for (const char c : code) {
            ++letters[c];
        }
    }
    EXPECT_EQ(letters.size(), 20U);
    for (const auto& [letter, count] : letters) {  // 800 each; 5 standard deviations are 138
        EXPECT_NEAR(count, 800, 180) << letter;
    }
}

TEST(UserCode, IsReadHoweverItIsTyped) {
    const struct {
        const char* typed;
        const char* read;
    } cases[] = {
        {"WDJBMJHT", "WDJBMJHT"},
        {"WDJB-MJHT", "WDJBMJHT"},
        {"wdjb-mjht", "WDJBMJHT"},
        {" wdjb mjht ", "WDJBMJHT"},
        {"W-D-J-B-M-J-H-T", "WDJBMJHT"},
        {"WDJB-MJH", "none"},
        {"WDJB-MJHTT", "none"},
        {"WDJA-MJHT", "none"},
        {"WDJB-MJH1", "none"},
        {"", "none"},
        {"--------", "none"},
        {"WDJB\tMJHT", "none"},
        {"WDJB_MJHT", "none"},
    };
    for (const auto& c : cases) {
        EXPECT_EQ(parse_user_code(c.typed).value_or("none"), c.read) << c.typed;
    }
    EXPECT_EQ(parse_user_code(std::string(100, ' ') + "WDJBMJHT"), std::nullopt);
    EXPECT_EQ(shown_user_code("WDJBMJHT"), "WDJB-MJHT");
}

TEST(UserCode, IsStoredAsAKeyedHash) {
    const Secret key("a key of the server's");
    EXPECT_EQ(user_code_hash(key, "WDJBMJHT").size(), 64U);
    EXPECT_NE(user_code_hash(key, "WDJBMJHT"), user_code_hash(key, "WDJBMJHX"));
    EXPECT_NE(user_code_hash(key, "WDJBMJHT"), user_code_hash(Secret("another"), "WDJBMJHT"));
}

}  // namespace
}  // namespace rgw::identity
