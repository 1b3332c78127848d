#include "rgw/identity/device_sign_in.hpp"

#include <gtest/gtest.h>

#include "rgw/identity/credential.hpp"
#include "rgw/identity_testing/memory_cli_logins.hpp"
#include "support/run.hpp"

namespace rgw::identity {
namespace {

using namespace std::chrono_literals;
using enum CliDecision;

Deadline soon() {
    return deadline_in(10s);
}

class DeviceSignInTest : public testing::Test {
protected:
    DeviceSignInTest() {
        loop_.start();
        users_.users = {{.id = UserId{1}, .email = "ada@example.com", .name = "Ada"},
                        {.id = UserId{2}, .email = "bob@example.com", .name = "Bob"}};
    }

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(loop_, std::move(task));
    }
    BegunDeviceLogin begin() {
        return wait(device_.begin({.ip_address = "192.0.2.7",
                                   .user_agent = "rack-gateway/1",
                                   .device = {.id = std::nullopt, .name = "build host"}},
                                  soon()))
            .value();
    }
    CodeTyper ada(std::optional<Timestamp> verified = std::nullopt) const {
        return {.user = UserId{1}, .peer = "198.51.100.1", .mfa_verified_at = verified};
    }
    std::string look_up(const std::string& code, const CodeTyper& typer) {
        const auto found = wait(device_.find_request(code, typer, soon()));
        return found ? found->machine.device.name : describe(found.error());
    }
    std::string decide(const std::string& code, CliDecision decision, const CodeTyper& typer) {
        const auto decided = wait(device_.decide(code, typer, decision, soon()));
        return decided ? "ok" : describe(decided.error());
    }
    DeviceResult<CliSession> poll_once(const Secret& code, MfaRequired required) {
        clock_.advance(5s);
        return wait(device_.poll(code, {.ip_address = "192.0.2.7"}, required, soon()));
    }
    std::string poll(const Secret& code, MfaRequired required = MfaRequired::no) {
        const auto polled = poll_once(code, required);
        return polled ? "session of " + polled->user.email : std::string(id(polled.error().fault));
    }

    FakeClock clock_{Timestamp(1'800'000'000s)};
    async::Loop loop_{"test"};
    identity_testing::MemoryUserStore users_;
    identity_testing::MemorySessionStore sessions_{users_};
    identity_testing::MemoryCliLoginStore logins_{users_};
    DeviceSignIn device_{{.logins = logins_,
                          .sessions = {.sessions = sessions_,
                                       .clock = clock_,
                                       .limits = [] { return SessionLimits(); }},
                          .key = Secret("0123456789abcdef0123456789abcdef")}};
};

TEST_F(DeviceSignInTest, APersonWhoApprovesLetsTheDeviceInOnce) {
    const BegunDeviceLogin begun = begin();
    EXPECT_EQ(begun.device_code.expose().size(), 43U);
    EXPECT_EQ(begun.user_code.size(), 9U);
    EXPECT_EQ(begun.lives_for, 10min);
    EXPECT_EQ(begun.interval, 5s);
    EXPECT_EQ(logins_.rows.begin()->first, token_hash(begun.device_code.expose()));
    EXPECT_EQ(poll(begun.device_code), "authorization_pending");
    EXPECT_EQ(look_up(begun.user_code, ada()), "build host");
    EXPECT_EQ(poll(begun.device_code), "authorization_pending");
    EXPECT_EQ(decide(begun.user_code, approved, ada()), "ok");
    EXPECT_EQ(poll(begun.device_code), "session of ada@example.com");
    ASSERT_EQ(sessions_.sessions.size(), 1U);
    EXPECT_EQ(sessions_.sessions[0].made.login_flow, "device");
    EXPECT_EQ(sessions_.sessions[0].made.channel, Channel::cli);
    EXPECT_EQ(poll(begun.device_code), "invalid_grant");
    EXPECT_EQ(look_up(begun.user_code, ada()), "not_found: no such code");
}

TEST_F(DeviceSignInTest, ACodeIsReadHoweverItIsTyped) {
    const BegunDeviceLogin begun = begin();
    std::string typed = " ";
    for (const char c : begun.user_code) {
        typed += c == '-' ? ' ' : static_cast<char>(c - 'A' + 'a');
    }
    EXPECT_EQ(look_up(typed, ada()), "build host");
}

TEST_F(DeviceSignInTest, TheFirstDecisionHolds) {
    const CodeTyper bob{.user = UserId{2}, .peer = "198.51.100.2", .mfa_verified_at = std::nullopt};
    const BegunDeviceLogin said_no = begin();
    EXPECT_EQ(decide(said_no.user_code, denied, ada()), "ok");
    EXPECT_EQ(decide(said_no.user_code, approved, ada()), "already_exists: it was decided before");
    EXPECT_EQ(poll(said_no.device_code), "access_denied");
    EXPECT_EQ(poll(said_no.device_code), "access_denied");
    const BegunDeviceLogin said_yes = begin();
    EXPECT_EQ(decide(said_yes.user_code, approved, ada()), "ok");
    EXPECT_EQ(decide(said_yes.user_code, approved, bob), "already_exists: it was decided before");
    EXPECT_EQ(decide(said_yes.user_code, denied, ada()), "already_exists: it was decided before");
    EXPECT_EQ(poll(said_yes.device_code), "session of ada@example.com");
}

TEST_F(DeviceSignInTest, WhoPollsTooFastIsToldToSlowDownEvenWhenApproved) {
    const BegunDeviceLogin begun = begin();
    const auto now = [&] {
        const auto polled = wait(device_.poll(begun.device_code, {}, MfaRequired::no, soon()));
        return polled ? "session" : std::string(id(polled.error().fault));
    };
    EXPECT_EQ(now(), "authorization_pending");
    clock_.advance(4s);
    EXPECT_EQ(now(), "slow_down");
    EXPECT_EQ(decide(begun.user_code, approved, ada()), "ok");
    clock_.advance(9s);
    EXPECT_EQ(now(), "slow_down") << "ten seconds now";
    clock_.advance(15s);
    EXPECT_EQ(now(), "session");
}

TEST_F(DeviceSignInTest, TenMinutesAndItIsOver) {
    const BegunDeviceLogin begun = begin();
    const BegunDeviceLogin approved_one = begin();
    EXPECT_EQ(decide(approved_one.user_code, approved, ada()), "ok");
    clock_.advance(10min);
    EXPECT_EQ(look_up(begun.user_code, ada()), "not_found: no such code");
    EXPECT_EQ(decide(begun.user_code, approved, ada()), "not_found: no such code");
    EXPECT_EQ(poll(begun.device_code), "expired_token");
    EXPECT_EQ(poll(approved_one.device_code), "expired_token");
    EXPECT_EQ(poll(Secret("made-up")), "invalid_grant");
    EXPECT_EQ(poll(Secret("")), "invalid_grant");
    EXPECT_EQ(poll(Secret(std::string(10'000, 'a'))), "invalid_grant");
    EXPECT_TRUE(sessions_.sessions.empty());
}

TEST_F(DeviceSignInTest, GuessingStopsAfterTenWrongCodesOfAPersonOrAnAddress) {
    const BegunDeviceLogin begun = begin();
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(look_up(begun.user_code, ada()), "build host") << "right ones do not count";
    }
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(
            i % 2 == 0 ? look_up("BBBB-BBBB", ada()) : decide("no code at all", approved, ada()),
            "not_found: no such code");
    }
    EXPECT_EQ(look_up(begun.user_code, ada()), "guesses_exhausted");
    EXPECT_EQ(decide(begun.user_code, approved, ada()), "guesses_exhausted");
    CodeTyper elsewhere = ada();
    elsewhere.peer = "198.51.100.9";
    EXPECT_EQ(look_up(begun.user_code, elsewhere), "guesses_exhausted");
    CodeTyper neighbour = ada();
    neighbour.user = UserId{2};
    EXPECT_EQ(look_up(begun.user_code, neighbour), "guesses_exhausted");
    neighbour.peer = "198.51.100.9";
    EXPECT_EQ(look_up(begun.user_code, neighbour), "build host");
    clock_.advance(10min);
    EXPECT_EQ(look_up(begin().user_code, ada()), "build host");
}

TEST_F(DeviceSignInTest, WhoIsLockedMeanwhileGetsNoSession) {
    const BegunDeviceLogin begun = begin();
    EXPECT_EQ(decide(begun.user_code, approved, ada()), "ok");
    users_.users[0].locked = true;
    const auto polled = poll_once(begun.device_code, MfaRequired::no);
    ASSERT_FALSE(polled);
    EXPECT_EQ(polled.error().fault, DeviceFault::access_denied);
    EXPECT_EQ(polled.error().error.code, Errc::owner_locked);
    EXPECT_EQ(polled.error().email, "ada@example.com");
}

TEST_F(DeviceSignInTest, TheFactorOfWhoApprovedIsTheSessionsAndNeverAStepUp) {
    users_.users[0].mfa_enrolled = true;
    const Timestamp verified = clock_.now() - 1h;
    const BegunDeviceLogin begun = begin();
    EXPECT_EQ(decide(begun.user_code, approved, ada(verified)), "ok");
    const auto polled = poll_once(begun.device_code, MfaRequired::yes);
    ASSERT_TRUE(polled);
    EXPECT_TRUE(polled->mfa_verified && polled->mfa_required);
    EXPECT_EQ(sessions_.sessions[0].record.mfa_verified_at, verified);
    EXPECT_EQ(sessions_.sessions[0].record.recent_step_up_at, std::nullopt);
    const BegunDeviceLogin unverified = begin();
    EXPECT_EQ(decide(unverified.user_code, approved, ada()), "ok");
    const auto without = poll_once(unverified.device_code, MfaRequired::yes);
    ASSERT_TRUE(without);
    EXPECT_FALSE(without->mfa_verified);
}

}  // namespace
}  // namespace rgw::identity
