#include "rgw/settings/trusted_proxies.hpp"

#include <gtest/gtest.h>

namespace rgw::settings {
namespace {

struct Case {
    std::string_view peer;
    std::optional<std::string_view> forwarded;
    std::string_view client;
};

TEST(ClientAddress, IsTheRightMostAddressThatIsNoTrustedProxy) {
    const auto trusted = parse_cidrs("10.0.0.0/8, 2001:db8:1::/48").value();
    for (const Case& c : {
             Case{"203.0.113.7", std::nullopt, "203.0.113.7"},
             Case{"10.0.0.1", std::nullopt, "10.0.0.1"},
             Case{"10.0.0.1", "", "10.0.0.1"},
             Case{"10.0.0.1", "198.51.100.9", "198.51.100.9"},
             Case{"10.0.0.1", "198.51.100.9, 10.0.0.2", "198.51.100.9"},
             Case{"10.0.0.1", "1.1.1.1, 198.51.100.9,10.0.0.2", "198.51.100.9"},
             Case{"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
             Case{"::ffff:10.0.0.1", "198.51.100.9", "198.51.100.9"},
             Case{"10.0.0.1", "::ffff:198.51.100.9", "198.51.100.9"},
             Case{"10.0.0.1", "2001:DB8::5", "2001:db8::5"},
             Case{"2001:db8:1::9", "2001:db8:2::1, 2001:db8:1::2", "2001:db8:2::1"},
             Case{"10.0.0.1", "198.51.100.9:4711", "198.51.100.9"},
             Case{"10.0.0.1", "[2001:db8:2::1]:443", "2001:db8:2::1"},
         }) {
        EXPECT_EQ(client_address(c.peer, c.forwarded, trusted), c.client)
            << c.peer << " " << c.forwarded.value_or("-");
    }
}

// Spec proxy-rbac §7, 24: the first entry was believed, whoever sent it.
TEST(ClientAddress, AnUntrustedPeerIsNotBelieved) {
    const auto trusted = parse_cidrs("10.0.0.0/8").value();
    EXPECT_EQ(client_address("203.0.113.7", "1.1.1.1", trusted), "203.0.113.7");
    EXPECT_EQ(client_address("203.0.113.7", "1.1.1.1, 10.0.0.2", trusted), "203.0.113.7");
    EXPECT_EQ(client_address("10.0.0.1", "1.1.1.1", {}), "10.0.0.1");
    EXPECT_EQ(client_address("10.0.0.1", "6.6.6.6, 198.51.100.9, 10.0.0.2", trusted),
              "198.51.100.9");
}

TEST(ClientAddress, AnEntryThatIsNoAddressEndsTheSearchAtTheLastProxyKnown) {
    const auto trusted = parse_cidrs("10.0.0.0/8").value();
    for (const std::string_view forwarded : {"unknown", "_hidden", "1.1.1.1, unknown", ",", " ",
                                             "1.1.1.1,", "[", "[]", "[::1", "::1]", "1.1.1.1 2"}) {
        const std::string client = client_address("10.0.0.1", forwarded, trusted);
        EXPECT_TRUE(client == "10.0.0.1" || (forwarded == "[::1" && client == "::1"))
            << forwarded << " " << client;
    }
    EXPECT_EQ(client_address("10.0.0.1", "1.1.1.1, unknown, 10.0.0.2", trusted), "10.0.0.2");
}

}  // namespace
}  // namespace rgw::settings
