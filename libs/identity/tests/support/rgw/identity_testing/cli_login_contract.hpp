#pragma once

// What every CliLoginStore does. The fixture is that of store_contract.hpp with `cli_logins()`.
#include <gtest/gtest.h>

#include <string>

#include "rgw/identity/cli_login_store.hpp"
#include "rgw/identity_testing/store_contract.hpp"

namespace rgw::identity_testing {

template <class Fixture>
class CliLoginContract : public testing::Test {
protected:
    CliLoginContract() {
        (void)wait(fixture_.users().seed_if_empty(
            {{"ada@example.com", "Ada", {"admin"}}, {"bob@example.com", "Bob", {"viewer"}}},
            soon()));
        ada_ = *wait(fixture_.users().find_by_email("ada@example.com", soon())).value();
        bob_ = *wait(fixture_.users().find_by_email("bob@example.com", soon())).value();
    }

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(fixture_.loop(), std::move(task));
    }

    identity::CliLoginStore& store() { return fixture_.cli_logins(); }

    identity::NewCliLogin browser_login(char digit) const {
        return {
            .hash = std::string(64, digit),
            .flow = identity::LoginFlow::browser,
            .verifier_hash = verifier_,
            .user_code_hash = std::nullopt,
            .exchange = crypto::Sealed{.bytes = std::string("\0\xff sealed", 9), .key_id = "k1"},
            .machine = machine_,
            .created_at = start_,
            .expires_at = start_ + std::chrono::minutes(10)};
    }
    identity::NewCliLogin device_login(char digit, char code_digit) const {
        identity::NewCliLogin login = browser_login(digit);
        login.flow = identity::LoginFlow::device;
        login.verifier_hash = std::nullopt;
        login.user_code_hash = std::string(64, code_digit);
        login.exchange = std::nullopt;
        return login;
    }
    void create(const identity::NewCliLogin& login) {
        ASSERT_TRUE(wait(store().create(login, soon())));
    }
    identity::CliLogin found(char digit) {
        return wait(store().find(std::string(64, digit), soon())).value().value();
    }
    bool decide(char digit, identity::CliDecision decision, UserId by,
                std::chrono::minutes after = std::chrono::minutes(1)) {
        return wait(store().decide({.hash = std::string(64, digit),
                                    .decision = decision,
                                    .by = by,
                                    .mfa_verified_at = std::nullopt,
                                    .at = start_ + after},
                                   soon()))
            .value();
    }
    bool take(char digit, std::optional<std::string> verifier,
              std::chrono::minutes after = std::chrono::minutes(2)) {
        return wait(store().take(std::string(64, digit), std::move(verifier), start_ + after,
                                 soon()))
            .value()
            .has_value();
    }

    Fixture fixture_;
    identity::User ada_;
    identity::User bob_;
    const std::string verifier_ = std::string(64, 'e');
    const Timestamp start_{std::chrono::microseconds(1'790'000'000'654'321)};
    const identity::AskingMachine machine_{.ip_address = "192.0.2.7",
                                           .user_agent = "rack-gateway/1",
                                           .device = {.id = "6f1c0a52-2f7e-4f7b-9b0f-0123456789ab",
                                                      .name = "laptop",
                                                      .os = "linux",
                                                      .client_version = "1.2.3"}};
};

TYPED_TEST_SUITE_P(CliLoginContract);

TYPED_TEST_P(CliLoginContract, FindsWhatWasBegun) {
    this->create(this->browser_login('a'));
    const identity::CliLogin login = this->found('a');
    EXPECT_EQ(login.hash, std::string(64, 'a'));
    EXPECT_EQ(login.flow, identity::LoginFlow::browser);
    EXPECT_EQ(login.verifier_hash, this->verifier_);
    EXPECT_EQ(login.created_at, this->start_);
    EXPECT_EQ(login.expires_at, this->start_ + std::chrono::minutes(10));
    EXPECT_EQ(login.machine.ip_address, "192.0.2.7");
    EXPECT_EQ(login.machine.user_agent, "rack-gateway/1");
    EXPECT_EQ(login.machine.device.id, this->machine_.device.id);
    EXPECT_EQ(login.machine.device.name, "laptop");
    EXPECT_EQ(login.machine.device.os, "linux");
    EXPECT_EQ(login.machine.device.client_version, "1.2.3");
    EXPECT_FALSE(login.exchanged_at || login.user || login.approved_at || login.denied_at ||
                 login.mfa_verified_at);
    EXPECT_EQ(login.error, "");
    EXPECT_FALSE(this->wait(this->store().find(std::string(64, 'b'), soon())).value());
}

TYPED_TEST_P(CliLoginContract, AMachineThatSaysNothingIsAMachineToo) {
    identity::NewCliLogin login = this->browser_login('a');
    login.machine = {};
    this->create(login);
    const identity::AskingMachine machine = this->found('a').machine;
    EXPECT_FALSE(machine.ip_address || machine.user_agent || machine.device.id);
    EXPECT_EQ(machine.device.name + machine.device.os + machine.device.client_version, "");
}

TYPED_TEST_P(CliLoginContract, TheExchangeIsTakenOnceAndNotAfterTheEnd) {
    this->create(this->browser_login('a'));
    this->create(this->browser_login('b'));
    const auto take = [&](char digit, std::chrono::minutes after) {
        return this
            ->wait(
                this->store().take_exchange(std::string(64, digit), this->start_ + after, soon()))
            .value();
    };
    const auto taken = take('a', std::chrono::minutes(9));
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->bytes, std::string("\0\xff sealed", 9));
    EXPECT_EQ(taken->key_id, "k1");
    EXPECT_EQ(this->found('a').exchanged_at, this->start_ + std::chrono::minutes(9));
    EXPECT_FALSE(take('a', std::chrono::minutes(9)));
    EXPECT_FALSE(take('b', std::chrono::minutes(10)));
    EXPECT_FALSE(take('c', std::chrono::minutes(1)));
}

TYPED_TEST_P(CliLoginContract, AnApprovedLoginIsTakenOnceWithItsVerifierBeforeItsEnd) {
    this->create(this->browser_login('a'));
    EXPECT_FALSE(this->take('a', this->verifier_)) << "not approved";
    EXPECT_FALSE(this->decide('a', identity::CliDecision::approved, this->ada_.id))
        << "nobody has come back yet";
    ASSERT_TRUE(
        this->wait(this->store().identify(std::string(64, 'a'), this->ada_, this->start_, soon())));
    EXPECT_EQ(this->found('a').user, this->ada_.id);
    EXPECT_EQ(this->found('a').email, "ada@example.com");
    EXPECT_FALSE(this->decide('a', identity::CliDecision::approved, this->bob_.id))
        << "another person's";
    EXPECT_TRUE(this->decide('a', identity::CliDecision::approved, this->ada_.id));
    EXPECT_FALSE(this->take('a', std::string(64, 'f'))) << "another verifier";
    EXPECT_FALSE(this->take('a', std::nullopt));
    EXPECT_FALSE(this->take('a', this->verifier_, std::chrono::minutes(10))) << "over";
    const auto taken =
        this->wait(this->store().take(std::string(64, 'a'), this->verifier_, this->start_, soon()))
            .value();
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->user.email, "ada@example.com");
    EXPECT_EQ(taken->user.roles, std::vector<std::string>{"admin"});
    EXPECT_EQ(taken->login.machine.device.name, "laptop");
    EXPECT_EQ(taken->login.approved_at, this->start_ + std::chrono::minutes(1));
    EXPECT_FALSE(this->take('a', this->verifier_));
    EXPECT_FALSE(this->wait(this->store().find(std::string(64, 'a'), soon())).value());
}

TYPED_TEST_P(CliLoginContract, TheFirstDecisionHolds) {
    using enum identity::CliDecision;
    const struct {
        identity::CliDecision first, second;
    } cases[] = {{approved, approved}, {approved, denied}, {denied, approved}, {denied, denied}};
    char digit = '0';
    for (const auto& c : cases) {
        ++digit;
        this->create(this->device_login(digit, digit));
        EXPECT_TRUE(this->decide(digit, c.first, this->ada_.id));
        EXPECT_FALSE(this->decide(digit, c.second, this->ada_.id));
        EXPECT_FALSE(this->decide(digit, c.second, this->bob_.id));
        EXPECT_EQ(this->found(digit).approved_at.has_value(), c.first == approved);
        EXPECT_EQ(this->found(digit).denied_at.has_value(), c.first == denied);
        EXPECT_EQ(this->found(digit).user, this->ada_.id);
        EXPECT_EQ(this->take(digit, std::nullopt), c.first == approved);
    }
    this->create(this->device_login('a', 'a'));
    EXPECT_FALSE(this->decide('a', approved, this->ada_.id, std::chrono::minutes(10))) << "over";
}

TYPED_TEST_P(CliLoginContract, AFailedLoginStaysFailed) {
    this->create(this->device_login('a', 'a'));
    const auto fail = [&](char digit, const char* told) {
        ASSERT_TRUE(
            this->wait(this->store().fail(std::string(64, digit), told, this->start_, soon())));
    };
    fail('a', "it did not work");
    EXPECT_EQ(this->found('a').error, "it did not work");
    fail('a', "another reason");
    EXPECT_EQ(this->found('a').error, "it did not work");
    EXPECT_FALSE(this->decide('a', identity::CliDecision::approved, this->ada_.id));
    this->create(this->device_login('b', 'b'));
    EXPECT_TRUE(this->decide('b', identity::CliDecision::approved, this->ada_.id));
    fail('b', "too late");
    EXPECT_EQ(this->found('b').error, "") << "it was decided";
}

TYPED_TEST_P(CliLoginContract, AUserCodeIsOneLogins) {
    this->create(this->device_login('a', 'c'));
    const auto found = [&](char digit) {
        return this->wait(this->store().find_by_user_code(std::string(64, digit), soon())).value();
    };
    ASSERT_TRUE(found('c'));
    EXPECT_EQ(found('c')->hash, std::string(64, 'a'));
    EXPECT_EQ(found('c')->flow, identity::LoginFlow::device);
    EXPECT_FALSE(found('d'));
    const auto taken = this->wait(this->store().create(this->device_login('b', 'c'), soon()));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code, Errc::already_exists);
}

TYPED_TEST_P(CliLoginContract, APollThatComesTooSoonMakesTheIntervalGrow) {
    using namespace std::chrono_literals;
    using enum identity::PolledCliLogin::Pace;
    this->create(this->device_login('a', 'a'));
    this->create(this->browser_login('b'));
    const struct {
        std::chrono::seconds at;
        identity::PolledCliLogin::Pace pace;
        std::chrono::seconds interval;
    } polls[] = {{0s, fine, 5s},       {5s, fine, 5s},   {9s, too_fast, 10s},
                 {18s, too_fast, 15s}, {33s, fine, 15s}, {47s, too_fast, 20s}};
    for (const auto& poll : polls) {
        const auto polled =
            this->wait(this->store().poll(std::string(64, 'a'), this->start_ + poll.at, soon()))
                .value();
        ASSERT_TRUE(polled);
        EXPECT_EQ(polled->pace, poll.pace) << poll.at.count();
        EXPECT_EQ(polled->interval, poll.interval) << poll.at.count();
        EXPECT_EQ(polled->login.hash, std::string(64, 'a'));
    }
    EXPECT_FALSE(this->wait(this->store().poll(std::string(64, 'b'), this->start_, soon())).value())
        << "no device flow";
}

TYPED_TEST_P(CliLoginContract, WhatIsOverForAnHourIsForgotten) {
    this->create(this->device_login('a', 'a'));
    identity::NewCliLogin later = this->device_login('b', 'b');
    later.created_at = this->start_ + std::chrono::minutes(70);
    later.expires_at = later.created_at + std::chrono::minutes(10);
    this->create(later);
    (void)this->found('a');
    later = this->device_login('c', 'c');
    later.created_at = this->start_ + std::chrono::minutes(71);
    later.expires_at = later.created_at + std::chrono::minutes(10);
    this->create(later);
    EXPECT_FALSE(this->wait(this->store().find(std::string(64, 'a'), soon())).value());
    (void)this->found('b');
}

REGISTER_TYPED_TEST_SUITE_P(CliLoginContract, FindsWhatWasBegun,
                            AMachineThatSaysNothingIsAMachineToo,
                            TheExchangeIsTakenOnceAndNotAfterTheEnd,
                            AnApprovedLoginIsTakenOnceWithItsVerifierBeforeItsEnd,
                            TheFirstDecisionHolds, AFailedLoginStaysFailed, AUserCodeIsOneLogins,
                            APollThatComesTooSoonMakesTheIntervalGrow,
                            WhatIsOverForAnHourIsForgotten);

}  // namespace rgw::identity_testing
