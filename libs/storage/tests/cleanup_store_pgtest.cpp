#include "rgw/storage/cleanup_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store_fixture.hpp"

namespace rgw::storage {
namespace {

using testing::ElementsAre;

class Cleanup : public testing::Test {
protected:
    Cleanup() {
        fixture_.sql().execute(
            "insert into users (id, email, name, roles) values (1, 'a@x', 'A', '[]')");
    }
    void forget() {
        ASSERT_TRUE(
            test::run(fixture_.loop(),
                      store_.forget(SystemClock().now(), deadline_in(std::chrono::seconds(30)))));
    }
    std::vector<std::string> left(const std::string& query) { return fixture_.sql().column(query); }

    StoreFixture fixture_;
    PgCleanupStore store_{fixture_.pool()};
};

TEST_F(Cleanup, SessionsGoNinetyDaysAfterTheirLastPossibleMoment) {
    const auto add = [&](const std::string& name, const std::string& end,
                         const std::string& revoked) {
        fixture_.sql().execute(
            "insert into user_sessions (user_id, token_hash, device_name, created_at, expires_at,"
            " absolute_expires_at, revoked_at) values (1, encode(sha256('" +
            name + "'), 'hex'), '" + name + "', now() - interval '200 days', now() - interval '" +
            end + "', now() - interval '" + end + "', " + revoked + ")");
    };
    add("long over", "91 days", "null");
    add("long over and revoked", "91 days", "now() - interval '95 days'");
    add("over", "89 days", "null");
    add("revoked, with time left", "-1 days", "now() - interval '100 days'");
    add("alive", "-1 days", "null");
    fixture_.sql().execute(
        "insert into mfa_attempts (user_id, method_type, success, session_id)"
        " select 1, 1, true, id from user_sessions where device_name = 'long over'");
    forget();
    EXPECT_THAT(left("select device_name from user_sessions order by 1"),
                ElementsAre("alive", "over", "revoked, with time left"));
    EXPECT_THAT(left("select session_id::text from mfa_attempts"), ElementsAre("(null)"))
        << "an attempt outlives its session";
}

TEST_F(Cleanup, TrustedDevicesGoNinetyDaysAfterTheyEnded) {
    const auto add = [&](const std::string& name, const std::string& expires,
                         const std::string& revoked) {
        fixture_.sql().execute(
            "insert into trusted_devices (user_id, device_id, token_hash, revoked_reason, "
            "expires_at,"
            " revoked_at) values (1, gen_random_uuid(), encode(sha256('" +
            name + "'), 'hex'), '" + name + "', now() - interval '" + expires + "', " + revoked +
            ")");
    };
    add("expired long ago", "91 days", "null");
    add("revoked long ago", "-300 days", "now() - interval '91 days'");
    add("expired", "89 days", "null");
    add("trusted", "-1 days", "null");
    forget();
    EXPECT_THAT(left("select revoked_reason from trusted_devices order by 1"),
                ElementsAre("expired", "trusted"));
}

TEST_F(Cleanup, WhatASignInOrAChangeOfAnEnvironmentLeftGoesAnHourAfterItsEnd) {
    fixture_.sql().execute(
        "insert into cli_login_states (state_hash, device_name, expires_at)"
        " select encode(sha256(n::bytea), 'hex'), n, now() - a::interval from (values"
        " ('over', '61 minutes'), ('just over', '59 minutes'), ('under way', '-5 minutes')) v(n, "
        "a);"
        "insert into used_login_states (state_hash, used_at)"
        " select encode(sha256(n::bytea), 'hex'), now() - a::interval from (values"
        " ('old', '61 minutes'), ('new', '59 minutes')) v(n, a);"
        "insert into env_changes (app, holder, expires_at)"
        " select n, 'h', now() - a::interval from (values"
        " ('left behind', '61 minutes'), ('under way', '-1 minutes')) v(n, a)");
    forget();
    EXPECT_THAT(left("select device_name from cli_login_states order by 1"),
                ElementsAre("just over", "under way"));
    EXPECT_THAT(left("select count(*) from used_login_states"), ElementsAre("1"));
    EXPECT_THAT(left("select app from env_changes"), ElementsAre("under way"));
}

TEST_F(Cleanup, OneCallTakesABoundedNumberAndTheNextGoesOn) {
    fixture_.sql().execute(
        "insert into used_login_states (state_hash, used_at)"
        " select encode(sha256(n::text::bytea), 'hex'), now() - interval '1 day'"
        " from generate_series(1, 10001) n");
    forget();
    EXPECT_THAT(left("select count(*) from used_login_states"), ElementsAre("1"));
    forget();
    EXPECT_THAT(left("select count(*) from used_login_states"), ElementsAre("0"));
}

// A row that a call is using at this moment stays for the next round.
TEST_F(Cleanup, WaitsForNobody) {
    fixture_.sql().execute(
        "insert into env_changes (app, holder, expires_at) values"
        " ('used', 'h', now() - interval '2 hours'), ('left', 'h', now() - interval '2 hours')");
    test::Sql other(fixture_.dsn());
    other.execute("begin; select from env_changes where app = 'used' for update");
    forget();
    EXPECT_THAT(left("select app from env_changes"), ElementsAre("used"));
    other.execute("commit");
}

}  // namespace
}  // namespace rgw::storage
