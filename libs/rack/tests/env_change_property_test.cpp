// What somebody was shown, edited in one place and sent back, changes exactly that place.
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "rgw/access/role.hpp"
#include "rgw/rack/env_change.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

const access::EnvLists no_lists{.secret_names = {}, .protected_names = {}};

std::string pick(std::mt19937& random, const std::vector<std::string>& from) {
    return from[random() % from.size()];
}

std::string random_env(std::mt19937& random) {
    static const std::vector<std::string> names = {
        "A", "LOG_LEVEL", "DATABASE_URL", "STRIPE_KEY", "lower", "API_TOKEN", "Z_9"};
    static const std::vector<std::string> values = {
        "1",          "",       "info", "postgres://u:planted@h/d", "planted", "a=b=c",
        "{\"a\": 1}", "x y\tz", "**"};
    std::string env;
    for (const std::string& name : names) {
        if (random() % 3 > 0) {
            env += name + "=" + pick(random, values) + "\n";
        }
    }
    return env;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

TEST(EnvChangeProperty, AnEditChangesWhatWasEditedAndNothingElse) {
    std::mt19937 random(20'261'125);
    const access::PermissionSet& admin = access::permissions(access::Role::admin);
    int edited = 0;
    for (int round = 0; round < 5000; ++round) {
        const std::string base = random_env(random);
        const std::string shown = mask_env_text(base, EnvView::of(admin, no_lists));
        const auto untouched = change_env(shown, base, no_lists, admin);
        ASSERT_TRUE(untouched) << base;
        EXPECT_TRUE(untouched->differences.empty()) << base;
        EXPECT_EQ(untouched->text.expose(), base);

        std::vector<std::string> lines = lines_of(shown);
        if (lines.empty()) {
            continue;
        }
        std::string& line = lines[random() % lines.size()];
        const std::string name = line.substr(0, line.find('='));
        line = name + "=edited";
        std::string posted;
        for (const std::string& each : lines) {
            posted += each + "\n";
        }
        const auto change = change_env(posted, base, no_lists, admin);
        if (!change) {
            EXPECT_EQ(change.error().error.code, Errc::bad_body)
                << "only what could not be read back";
            continue;
        }
        ++edited;
        ASSERT_EQ(change->differences.size(), 1U) << base;
        EXPECT_EQ(change->differences[0].name, name);
        std::string expected;
        for (const std::string& each : lines_of(base)) {
            expected += (each.starts_with(name + "=") ? name + "=edited" : each) + "\n";
        }
        EXPECT_EQ(change->text.expose(), expected);
    }
    EXPECT_GT(edited, 3000);
}

TEST(EnvChangeProperty, NoPlantedSecretIsEverShown) {
    std::mt19937 random(4711);
    for (int round = 0; round < 5000; ++round) {
        const std::string base = random_env(random);
        for (const access::Role role :
             {access::Role::viewer, access::Role::deployer, access::Role::admin}) {
            const std::string shown =
                mask_env_text(base, EnvView::of(access::permissions(role), no_lists));
            for (const std::string& line : lines_of(shown)) {
                const bool secret = line.starts_with("STRIPE_KEY=") ||
                                    line.starts_with("API_TOKEN=") ||
                                    line.find("://u:") != std::string::npos;
                EXPECT_FALSE(secret && line.find("planted") != std::string::npos) << line;
            }
            if (role == access::Role::viewer) {
                EXPECT_EQ(shown.find("planted"), std::string::npos);
            }
        }
    }
}

}  // namespace
}  // namespace rgw::rack
