#include "rgw/settings/cidr.hpp"

#include <gtest/gtest.h>

namespace rgw::settings {
namespace {

TEST(Address, HasOneSpelling) {
    struct Case {
        std::string_view text;
        std::string_view spelled;
    };
    for (const Case& c : {
             Case{"203.0.113.7", "203.0.113.7"},
             Case{"::ffff:203.0.113.7", "203.0.113.7"},
             Case{"::FFFF:cb00:7107", "203.0.113.7"},
             Case{"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
             Case{"::1", "::1"},
             Case{"fe80::1%eth0", "fe80::1"},
         }) {
        const auto address = Address::parse(c.text);
        ASSERT_TRUE(address) << c.text;
        EXPECT_EQ(address->text(), c.spelled);
    }
    for (const std::string_view bad :
         {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4%x", " 1.2.3.4", "1.2.3.4:80",
          "[::1]", "::g", "localhost"}) {
        EXPECT_FALSE(Address::parse(bad)) << bad;
    }
}

TEST(Cidr, ContainsItsRangeAndNothingElse) {
    struct Case {
        std::string_view range;
        std::string_view address;
        bool inside;
    };
    for (const Case& c : {
             Case{"10.0.0.0/8", "10.255.0.1", true},
             Case{"10.0.0.0/8", "11.0.0.0", false},
             Case{"10.0.0.0/8", "::ffff:10.1.2.3", true},
             Case{"10.0.0.0/8", "a00::1", false},
             Case{"10.0.0.9/8", "10.1.1.1", true},
             Case{"192.168.4.0/22", "192.168.7.255", true},
             Case{"192.168.4.0/22", "192.168.8.0", false},
             Case{"10.1.2.3", "10.1.2.3", true},
             Case{"10.1.2.3", "10.1.2.2", false},
             Case{"10.1.2.3/32", "10.1.2.3", true},
             Case{"0.0.0.0/0", "1.2.3.4", true},
             Case{"0.0.0.0/0", "2001:db8::1", false},
             Case{"2001:db8::/33", "2001:db8:7fff::1", true},
             Case{"2001:db8::/33", "2001:db8:8000::1", false},
             Case{"::1", "::1", true},
             Case{"::1/128", "::2", false},
             Case{"::/0", "2001:db8::1", true},
         }) {
        const auto range = Cidr::parse(c.range);
        ASSERT_TRUE(range) << c.range;
        EXPECT_EQ(range->contains(*Address::parse(c.address)), c.inside)
            << c.range << " " << c.address;
    }
}

TEST(Cidr, AnythingElseIsRefused) {
    for (const std::string_view bad :
         {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0.0/+8",
          "10.0.0/8", "::/129", "fe80::1%eth0/64", "example.com/8", "10.0.0.0 /8"}) {
        const auto range = Cidr::parse(bad);
        ASSERT_FALSE(range) << bad;
        EXPECT_EQ(range.error().code, Errc::invalid_value);
    }
}

TEST(Cidr, AListMustBeGoodThroughout) {
    EXPECT_EQ(parse_cidrs("10.0.0.0/8, ::1,").value().size(), 2U);
    EXPECT_TRUE(parse_cidrs("").value().empty());
    EXPECT_FALSE(parse_cidrs("10.0.0.0/8,x"));
}

}  // namespace
}  // namespace rgw::settings
