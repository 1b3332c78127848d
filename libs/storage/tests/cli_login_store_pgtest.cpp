#include <gtest/gtest.h>

#include "rgw/identity_testing/cli_login_contract.hpp"
#include "store_fixture.hpp"

namespace rgw::identity_testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Pg, CliLoginContract, storage::StoreFixture);
}  // namespace rgw::identity_testing

namespace rgw::storage {
namespace {

using identity_testing::soon;

TEST(CliLoginStore, WhatTheExchangeNeedsLeavesTheTableWithIt) {
    StoreFixture fixture;
    const Timestamp now(std::chrono::microseconds(1'790'000'000'654'321));
    identity::NewCliLogin login;
    login.hash = std::string(64, 'a');
    login.verifier_hash = std::string(64, 'e');
    login.exchange = crypto::Sealed{.bytes = "sealed", .key_id = "k1"};
    login.created_at = now;
    login.expires_at = now + std::chrono::minutes(10);
    ASSERT_TRUE(test::run(fixture.loop(), fixture.cli_logins().create(login, soon())));
    const std::string stored =
        "select exchange_encrypted is not null and exchange_key_id is not null"
        " from cli_login_states";
    EXPECT_EQ(fixture.sql().value(stored), "true");
    (void)test::run(fixture.loop(), fixture.cli_logins().take_exchange(login.hash, now, soon()));
    EXPECT_EQ(fixture.sql().value(stored), "false");
}

}  // namespace
}  // namespace rgw::storage
