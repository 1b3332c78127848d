#include "rgw/mfa/trusted_devices.hpp"

#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rules_fixture.hpp"

namespace rgw::mfa {
namespace {

using namespace std::chrono_literals;
using enum Recognition;

class TrustedDevicesTest : public RulesTest {
protected:
    TrustedDevices::Remembered remember(const Holder& holder) {
        return wait(trusted_.remember(holder, soon())).value();
    }
    Recognition recognise(std::string_view cookie, const Holder& holder) {
        return wait(trusted_.recognise(std::string(cookie), holder, soon()))->recognition;
    }

    std::chrono::seconds lives_for_ = 30 * 24h;
    TrustedDevices trusted_{
        {.store = devices_, .clock = clock_, .lives_for = [this] { return lives_for_; }}};
};

TEST_F(TrustedDevicesTest, ABrowserIsKnownByItsCookieForAsLongAsTheSettingsSay) {
    const auto remembered = remember(ada_);
    EXPECT_EQ(remembered.lives_for, 30 * 24h);
    const std::string cookie(remembered.cookie.expose());
    EXPECT_EQ(cookie.size(), 52U);
    EXPECT_EQ(cookie.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), std::string::npos);
    const auto& row = devices_.rows.at(0);
    EXPECT_EQ(row.token_hash, crypto::hex(crypto::sha256(cookie)));
    EXPECT_EQ(row.device.device_uuid.size(), 36U);
    EXPECT_EQ(row.device.expires_at, clock_.now() + 30 * 24h);
    EXPECT_EQ(devices_.devices_of_sessions.at(*ada_.session), remembered.id);
    clock_.advance(30 * 24h - 1s);
    Holder elsewhere = ada_;
    elsewhere.ip_address = "2001:db8::7";
    EXPECT_EQ(recognise(cookie, elsewhere), known);
    EXPECT_EQ(devices_.rows[0].device.last_used_at, clock_.now());
    EXPECT_EQ(devices_.rows[0].device.ip_address, "2001:db8::7");
    clock_.advance(1s);
    EXPECT_EQ(recognise(cookie, ada_), unknown);
    lives_for_ = 1h;
    EXPECT_EQ(remember(ada_).lives_for, 1h) << "asked each time";
    EXPECT_EQ(devices_.rows.at(1).device.expires_at, clock_.now() + 1h);
    EXPECT_NE(devices_.rows[0].device.device_uuid, devices_.rows[1].device.device_uuid);
    EXPECT_NE(devices_.rows[0].token_hash, devices_.rows[1].token_hash);
}

TEST_F(TrustedDevicesTest, WhatIsNoCookieOfOursIsNotLookedUp) {
    const std::string cookie(remember(ada_).cookie.expose());
    const std::string texts[] = {"",
                                 cookie.substr(1),
                                 cookie + "A",
                                 cookie.substr(0, 51) + "=",
                                 cookie.substr(0, 51) + "1",
                                 "a" + cookie.substr(1),
                                 std::string(52, '\0'),
                                 std::string(100'000, 'A')};
    for (const std::string& text : texts) {
        EXPECT_EQ(recognise(text, ada_), unknown);
    }
    EXPECT_EQ(devices_.lookups, 0);
    EXPECT_EQ(recognise(std::string(52, 'A'), ada_), unknown);
    EXPECT_EQ(devices_.lookups, 1);
}

TEST_F(TrustedDevicesTest, ACookieInOtherHandsIsTheEndOfIt) {
    const std::string first(remember(ada_).cookie.expose());
    EXPECT_EQ(recognise(first, bob_), another_user);
    EXPECT_EQ(devices_.rows[0].revoked_because, "mismatched_user");
    EXPECT_EQ(recognise(first, ada_), unknown);
    const std::string second(remember(ada_).cookie.expose());
    Holder other_browser = ada_;
    other_browser.user_agent = "another browser";
    EXPECT_EQ(recognise(second, other_browser), another_agent);
    EXPECT_EQ(devices_.rows[1].revoked_because, "mismatched_device");
    Holder silent = ada_;
    silent.user_agent = std::nullopt;
    const std::string third(remember(silent).cookie.expose());
    EXPECT_EQ(recognise(third, silent), known) << "a browser that says nothing";
    EXPECT_EQ(recognise(third, ada_), another_agent);
}

}  // namespace
}  // namespace rgw::mfa
