#include <gtest/gtest.h>

#include <random>
#include <string>

#include "rgw/rack/route.hpp"

namespace rgw::rack {
namespace {

constexpr unsigned seed = 20261122;

// A segment of bytes that may stand in one, each at random raw or percent-encoded.
std::string random_segment(std::mt19937& random) {
    static constexpr std::string_view digits = "0123456789abcdefABCDEF";
    std::string out = "s";
    const int length = std::uniform_int_distribution(0, 12)(random);
    for (int i = 0; i < length; ++i) {
        const auto byte =
            static_cast<unsigned char>(std::uniform_int_distribution(0x20, 0xFF)(random));
        if (byte == 0x7F ||
            std::string_view("/\\?#%;").find(static_cast<char>(byte)) != std::string_view::npos) {
            continue;
        }
        const bool encode = byte >= 0x80 || byte == ' ' || random() % 2 == 0;
        if (!encode) {
            out += static_cast<char>(byte);
            continue;
        }
        const auto digit = [&](unsigned value) {
            return value >= 10 && random() % 2 == 0 ? digits[value + 6] : digits[value];
        };
        out += '%';
        out += digit(byte >> 4U);
        out += digit(byte & 0x0FU);
    }
    return out;
}

std::string fill(std::string_view pattern, std::mt19937& random) {
    std::string out;
    while (!pattern.empty()) {
        const std::size_t open = std::min(pattern.find('{'), pattern.size());
        out += pattern.substr(0, open);
        pattern.remove_prefix(open);
        if (pattern.empty()) {
            break;
        }
        const std::size_t close = pattern.find('}');
        const bool rest = pattern[close - 1] == '*';
        const bool port = pattern.substr(1, close - 1) == "port";
        out += port ? std::to_string(1 + random() % 65535) : random_segment(random);
        for (unsigned i = rest ? random() % 4 : 0; i > 0; --i) {
            out += '/' + random_segment(random);
        }
        pattern.remove_prefix(close + 1);
    }
    return out;
}

TEST(MatchProperty, WhatIsForwardedMatchesTheSameRowAndPathAgain) {
    std::mt19937 random(seed);
    for (const Route& route : routes()) {
        for (int i = 0; i < 50; ++i) {
            const std::string target = fill(route.pattern, random);
            const auto first = match(route.method, target);
            ASSERT_TRUE(first) << route.method << " " << target;
            EXPECT_EQ(first->route->pattern, route.pattern) << target;
            const auto second = match(route.method, first->path + first->query);
            ASSERT_TRUE(second) << first->path;
            EXPECT_EQ(second->route, first->route);
            EXPECT_EQ(second->path, first->path);
            EXPECT_EQ(second->params, first->params);
        }
    }
}

// Whatever comes in, what goes out is plain: no byte a parser could take for something else.
TEST(MatchProperty, ForwardedPathsHoldOnlyPlainCharactersAndKeepTheirSegments) {
    std::mt19937 random(seed);
    static constexpr std::string_view pieces[] = {"/",    "apps", "web",    "%2f", "%252F",   "..",
                                                  "%2e",  "%23",  "#",      ";",   "%00",     "\n",
                                                  "?a=b", "\\",   "%c3%a9", " ",   "objects", "%"};
    int accepted = 0;
    for (int i = 0; i < 200'000; ++i) {
        std::string target = "/apps";
        const unsigned count = random() % 8;
        for (unsigned k = 0; k < count; ++k) {
            target += pieces[random() % std::size(pieces)];
        }
        const auto found = match("GET", target);
        if (!found) {
            continue;
        }
        ++accepted;
        for (const char c : found->path) {
            ASSERT_TRUE(c > 0x20 && c < 0x7F &&
                        std::string_view("\\?#;").find(c) == std::string_view::npos)
                << target << " became " << found->path;
        }
        EXPECT_EQ(found->path.find("%2F"), std::string::npos) << target;
        EXPECT_EQ(found->path.find("%25"), std::string::npos) << target;
        for (const std::string_view gone : {"//", "/./", "/../"}) {
            EXPECT_EQ((found->path + "/").find(gone), std::string::npos) << target;
        }
    }
    EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace rgw::rack
