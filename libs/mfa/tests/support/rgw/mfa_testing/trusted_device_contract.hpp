#pragma once

// What every TrustedDeviceStore does.
#include "rgw/mfa_testing/factor_fixture.hpp"

namespace rgw::mfa_testing {

template <class Fixture>
class TrustedDeviceContract : public FactorFixture<Fixture> {
protected:
    mfa::TrustedDeviceStore& devices() { return this->fixture_.trusted_devices(); }

    [[nodiscard]] mfa::NewTrustedDevice device(const mfa::Holder& holder, char digit) const {
        return {.token_hash = this->hash(digit),
                .device_uuid = std::string("6f1c0a52-2f7e-4f7b-9b0f-0123456789a") + digit,
                .user_agent_hash = this->hash('e'),
                .holder = holder,
                .created_at = this->start_,
                .expires_at = this->start_ + std::chrono::hours(1)};
    }
    mfa::TrustedDeviceId create(const mfa::NewTrustedDevice& device) {
        return this->wait(devices().create(device, soon())).value();
    }
    mfa::RecognisedDevice recognise(char digit, const mfa::Holder& holder, char agent = 'e',
                                    std::chrono::seconds after = std::chrono::seconds(9)) {
        return this
            ->wait(devices().recognise(this->hash(digit), holder.user, this->hash(agent),
                                       "2001:db8::7", this->start_ + after, soon()))
            .value();
    }
    std::vector<mfa::TrustedDevice> list(const mfa::Holder& holder) {
        return this->wait(devices().list(holder.user, soon())).value();
    }
    bool revoke(const mfa::Holder& holder, mfa::TrustedDeviceId device) {
        return this
            ->wait(devices().revoke(holder.user, device, "user_request", this->start_, soon()))
            .value();
    }
};

TYPED_TEST_SUITE_P(TrustedDeviceContract);

TYPED_TEST_P(TrustedDeviceContract, ATrustedDeviceIsKnownUntilItIsOver) {
    using namespace std::chrono_literals;
    const auto id = this->create(this->device(this->ada_, '1'));
    EXPECT_EQ(this->fixture_.device_of(this->ada_.session.value()), id);
    EXPECT_EQ(this->fixture_.device_of(this->ada_elsewhere_.session.value()), std::nullopt);
    const auto known = this->recognise('1', this->ada_, 'e', 3599s);
    EXPECT_EQ(known.recognition, mfa::Recognition::known);
    EXPECT_EQ(known.device, id);
    EXPECT_EQ(this->recognise('1', this->ada_).recognition, mfa::Recognition::known);
    EXPECT_EQ(this->recognise('2', this->ada_).recognition, mfa::Recognition::unknown);
    EXPECT_EQ(this->recognise('1', this->ada_, 'e', 3600s).recognition, mfa::Recognition::unknown);
}

TYPED_TEST_P(TrustedDeviceContract, ListsWhatIsNotRevokedTheNewestFirst) {
    using namespace std::chrono_literals;
    mfa::NewTrustedDevice older = this->device(this->ada_, '1');
    mfa::NewTrustedDevice newer = this->device(this->ada_, '2');
    newer.created_at += 1s;
    newer.holder.ip_address = std::nullopt;
    newer.holder.user_agent = std::nullopt;
    const auto first = this->create(older);
    const auto second = this->create(newer);
    (void)this->create(this->device(this->bob_, '3'));
    ASSERT_EQ(this->recognise('1', this->ada_).recognition, mfa::Recognition::known);
    const auto all = this->list(this->ada_);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].id, second);
    EXPECT_EQ(all[0].device_uuid, newer.device_uuid);
    EXPECT_EQ(all[0].created_at, this->start_ + 1s);
    EXPECT_EQ(all[0].last_used_at, this->start_ + 1s);
    EXPECT_FALSE(all[0].ip_address || all[0].user_agent);
    EXPECT_EQ(all[1].id, first);
    EXPECT_EQ(all[1].device_uuid, older.device_uuid);
    EXPECT_EQ(all[1].last_used_at, this->start_ + 9s);
    EXPECT_EQ(all[1].expires_at, this->start_ + 1h);
    EXPECT_EQ(all[1].ip_address, "2001:db8::7") << "the last one";
    EXPECT_EQ(all[1].user_agent, "a browser");
    EXPECT_EQ(this->recognise('1', this->ada_, 'e', 2h).recognition, mfa::Recognition::unknown);
    EXPECT_EQ(this->list(this->ada_).size(), 2U) << "what is over is listed";
    EXPECT_EQ(this->list(this->bob_).size(), 1U);
}

TYPED_TEST_P(TrustedDeviceContract, ACookieInOtherHandsIsTheEndOfTheDevice) {
    using enum mfa::Recognition;
    const struct {
        const mfa::Holder& who;
        char agent;
        mfa::Recognition recognised;
    } cases[] = {{this->bob_, 'e', another_user},
                 {this->ada_, 'f', another_agent},
                 {this->bob_, 'f', another_user}};
    char digit = '0';
    for (const auto& c : cases) {
        ++digit;
        const auto id = this->create(this->device(this->ada_, digit));
        EXPECT_EQ(this->recognise(digit, this->ada_).recognition, known);
        const auto seen = this->recognise(digit, c.who, c.agent);
        EXPECT_EQ(seen.recognition, c.recognised);
        EXPECT_EQ(seen.device, id);
        EXPECT_EQ(this->recognise(digit, c.who, c.agent).recognition, unknown) << "revoked";
        EXPECT_EQ(this->recognise(digit, this->ada_).recognition, unknown) << "for its owner, too";
    }
    EXPECT_TRUE(this->list(this->ada_).empty());
}

TYPED_TEST_P(TrustedDeviceContract, ItsOwnerRevokesADevice) {
    const auto id = this->create(this->device(this->ada_, '1'));
    const auto other = this->create(this->device(this->ada_, '2'));
    EXPECT_FALSE(this->revoke(this->bob_, id));
    EXPECT_FALSE(this->revoke(this->ada_, {other.value + 1000}));
    EXPECT_EQ(this->recognise('1', this->ada_).recognition, mfa::Recognition::known);
    EXPECT_TRUE(this->revoke(this->ada_, id));
    EXPECT_TRUE(this->revoke(this->ada_, id)) << "again";
    EXPECT_EQ(this->recognise('1', this->ada_).recognition, mfa::Recognition::unknown);
    const auto left = this->list(this->ada_);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].id, other);
}

TYPED_TEST_P(TrustedDeviceContract, AnEndlessUserAgentIsKeptInPart) {
    mfa::NewTrustedDevice made = this->device(this->ada_, '1');
    made.holder.user_agent = "begins like this " + std::string(5000, 'x');
    (void)this->create(made);
    const std::string kept = this->list(this->ada_).at(0).user_agent.value();
    EXPECT_EQ(kept.substr(0, 17), "begins like this ");
    EXPECT_LE(kept.size(), 512U);
}

REGISTER_TYPED_TEST_SUITE_P(TrustedDeviceContract, ATrustedDeviceIsKnownUntilItIsOver,
                            ListsWhatIsNotRevokedTheNewestFirst,
                            ACookieInOtherHandsIsTheEndOfTheDevice, ItsOwnerRevokesADevice,
                            AnEndlessUserAgentIsKeptInPart);

}  // namespace rgw::mfa_testing
