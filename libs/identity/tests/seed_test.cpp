#include "rgw/identity/seed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rgw::identity {
namespace {

TEST(Email, IsTrimmedAndLowerCased) {
    EXPECT_EQ(parse_email(" Ada.L+x@Example.COM\t").value(), "ada.l+x@example.com");
    const std::string longest = std::string(242, 'a') + "@example.com";
    EXPECT_EQ(parse_email(longest).value().size(), 254U);
}

TEST(Email, WhatIsNoAddressIsRefused) {
    for (const std::string& bad :
         {std::string(""), std::string("ada"), std::string("@example.com"), std::string("ada@"),
          std::string("a@b@c"), std::string("a b@c"), std::string("a@b\nc"), std::string("a@\x7f"),
          std::string("@"), std::string(243, 'a') + "@example.com"}) {
        const auto email = parse_email(bad);
        ASSERT_FALSE(email) << bad;
        EXPECT_EQ(email.error().code, Errc::invalid_value);
    }
}

TEST(SeedUsers, AnAddressInSeveralListsGetsAllTheirRoles) {
    const auto users = seed_users({.admin = {"Root@example.com"},
                                   .deployer = {"dev@example.com", " DEV@example.com "},
                                   .operations = {"root@example.com", "dev@example.com"},
                                   .viewer = {"a@example.com"}})
                           .value();
    ASSERT_EQ(users.size(), 3U);
    EXPECT_EQ(users[0].email, "a@example.com");
    EXPECT_EQ(users[0].name, "Viewer User");
    EXPECT_THAT(users[0].roles, testing::ElementsAre("viewer"));
    EXPECT_EQ(users[1].email, "dev@example.com");
    EXPECT_EQ(users[1].name, "Deployer User");
    EXPECT_THAT(users[1].roles, testing::ElementsAre("deployer", "ops"));
    EXPECT_EQ(users[2].email, "root@example.com");
    EXPECT_EQ(users[2].name, "Admin User");
    EXPECT_THAT(users[2].roles, testing::ElementsAre("admin", "ops"));
    EXPECT_TRUE(seed_users({}).value().empty());
}

TEST(SeedUsers, EveryVariableWithABadAddressIsNamed) {
    const auto users = seed_users({.admin = {"root"},
                                   .deployer = {"dev@example.com"},
                                   .operations = {},
                                   .viewer = {"a@b@c"}});
    ASSERT_FALSE(users);
    EXPECT_EQ(users.error().code, Errc::configuration_invalid);
    EXPECT_EQ(users.error().detail, "not an e-mail address in ADMIN_USERS, VIEWER_USERS");
}

}  // namespace
}  // namespace rgw::identity
