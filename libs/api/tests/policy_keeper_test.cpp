#include "rgw/api/policy_keeper.hpp"

#include <gtest/gtest.h>

#include <future>

#include "rgw/access_testing/memory_settings_store.hpp"
#include "rgw/identity_testing/memory_stores.hpp"
#include "support/run.hpp"

namespace rgw::api {
namespace {

using namespace std::chrono_literals;

Deadline soon() {
    return deadline_in(10s);
}

// Can fail, and can be held after it has read.
class OddStore final : public access::SettingsStore {
public:
    async::Task<Result<access::StoredSettings>> load(Deadline deadline) override {
        if (fails) {
            co_return Errc::database_unavailable;
        }
        auto loaded = co_await memory.load(deadline);
        if (hold.valid()) {
            const std::future<void> held = std::move(hold);
            has_read.set_value();
            held.wait();  // blocks its loop, on purpose
        }
        co_return loaded;
    }
    async::Task<Result<access::FormerRows>> change(access::SettingsChange change,
                                                   Deadline deadline) override {
        return memory.change(std::move(change), deadline);
    }

    access_testing::MemorySettingsStore memory;
    std::future<void> hold;
    std::promise<void> has_read;
    bool fails = false;
};

class PolicyKeeperTest : public testing::Test {
protected:
    PolicyKeeperTest() {
        loop_.start();
        users_.users.push_back({.id = UserId{1}, .email = "a@example.com", .name = "A"});
    }

    Result<access::StoredSettings> reload() { return test::run(loop_, keeper_.reload(soon())); }
    access::FormerRows change(access::SettingsChange change) {
        return test::run(loop_, keeper_.change(std::move(change), soon())).value();
    }

    async::Loop loop_{"test"};
    FakeClock clock_{Timestamp(1'000'000s)};
    OddStore store_;
    identity_testing::MemoryUserStore users_;
    identity_testing::MemoryTokenStore tokens_{users_};
    identity_testing::MemorySessionStore sessions_{users_};
    identity::Authenticator authenticator_{tokens_, sessions_, clock_};
    access::PolicySnapshot policy_;
    PolicyKeeper keeper_{{.clock = clock_,
                          .store = store_,
                          .policy = policy_,
                          .authenticator = authenticator_,
                          .sessions = sessions_,
                          .environment = {}}};
};

TEST_F(PolicyKeeperTest, AChangeIsInForceWhenItReturns) {
    EXPECT_TRUE(keeper_.stale());
    ASSERT_TRUE(reload());
    EXPECT_FALSE(keeper_.stale());
    EXPECT_FALSE(policy_.current()->allow_destructive_actions);
    EXPECT_EQ(change({.rows = {{"allow_destructive_actions", "true"}}}),
              (access::FormerRows{{"allow_destructive_actions", std::nullopt}}));
    EXPECT_TRUE(policy_.current()->allow_destructive_actions);
    EXPECT_EQ(change({.rows = {{"allow_destructive_actions", "true"}}}), access::FormerRows());
}

TEST_F(PolicyKeeperTest, SessionLimitsAreTheAuthenticatorsAndShortenTheSessionsThereAre) {
    ASSERT_TRUE(reload());
    (void)test::run(loop_, sessions_.create({.hash = "h",
                                             .user = UserId{1},
                                             .created_at = clock_.now(),
                                             .expires_at = clock_.now() + 5min,
                                             .absolute_expires_at = clock_.now() + 12h},
                                            soon()));
    (void)change(
        {.rows = {{"session_timeout_minutes", "2"}, {"session_absolute_timeout_minutes", "60"}}});
    EXPECT_EQ(authenticator_.session_limits().web_idle, 2min);
    EXPECT_EQ(authenticator_.session_limits().web_absolute, 1h);
    EXPECT_EQ(authenticator_.session_limits().cli_idle, 1h);
    const auto session = test::run(loop_, sessions_.find_session("h", soon())).value();
    EXPECT_EQ(session->expires_at, clock_.now() + 2min);
    EXPECT_EQ(session->absolute_expires_at, clock_.now() + 1h);
}

TEST_F(PolicyKeeperTest, WhatCannotBeReadIsAtItsStrictestUntilItCan) {
    store_.memory.settings.global = {{"allow_destructive_actions", "true"},
                                     {"session_timeout_minutes", "9"}};
    ASSERT_TRUE(reload());
    store_.fails = true;
    EXPECT_FALSE(reload());
    EXPECT_TRUE(keeper_.stale());
    EXPECT_FALSE(policy_.current()->allow_destructive_actions);
    EXPECT_EQ(authenticator_.session_limits().web_idle, 9min);
    store_.fails = false;
    ASSERT_TRUE(reload());
    EXPECT_TRUE(policy_.current()->allow_destructive_actions);
}

TEST_F(PolicyKeeperTest, AnOldReadingThatEndsLateDoesNotUndoAChange) {
    ASSERT_TRUE(reload());
    std::promise<void> release;
    store_.hold = release.get_future();
    async::Loop other("other");
    other.start();
    auto late = test::start(other, keeper_.reload(soon()));
    store_.has_read.get_future().wait();
    (void)change({.rows = {{"allow_destructive_actions", "true"}}});
    release.set_value();
    ASSERT_TRUE(late.get());
    EXPECT_TRUE(policy_.current()->allow_destructive_actions);
}

}  // namespace
}  // namespace rgw::api
