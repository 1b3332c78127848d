#pragma once

// What the contract tests of this directory start from. Their fixture is that of
// identity_testing/store_contract.hpp (users(), sessions(), loop(), on empty storage) with
//   factors(), trusted_devices()  the stores;
//   device_of(session)            the trusted device a session is tied to;
//   reset_notices(user)           how many jobs `notify.factors_reset` there are for a user;
//   passing_rows()                how many challenges, unconfirmed methods, proofs, attempts and
//                                 steps are stored.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "rgw/identity/session_store.hpp"
#include "rgw/identity/user_store.hpp"
#include "rgw/mfa/factor_store.hpp"
#include "rgw/mfa/trusted_devices.hpp"
#include "support/run.hpp"

namespace rgw::mfa_testing {

inline Deadline soon() {
    return deadline_in(std::chrono::seconds(10));
}

// Two people: Ada has two sessions, Bob one; nobody has shown a factor yet.
template <class Fixture>
class FactorFixture : public testing::Test {
protected:
    FactorFixture() {
        (void)wait(fixture_.users().seed_if_empty(
            {{"ada@example.com", "Ada", {"admin"}}, {"bob@example.com", "Bob", {"viewer"}}},
            soon()));
        ada_ = holder("ada@example.com", 'a');
        ada_elsewhere_ = holder("ada@example.com", 'b');
        bob_ = holder("bob@example.com", 'c');
    }

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(fixture_.loop(), std::move(task));
    }
    mfa::FactorStore& store() { return fixture_.factors(); }

    identity::User user(const char* email) {
        return wait(fixture_.users().find_by_email(email, soon())).value().value();
    }
    std::optional<identity::SessionRecord> session(char digit) {
        return wait(fixture_.sessions().find_session(std::string(64, digit), soon())).value();
    }
    mfa::UserFactors factors(const mfa::Holder& holder) {
        return wait(store().load(holder.user, soon())).value();
    }

    [[nodiscard]] mfa::NewMethod new_method(const mfa::Holder& holder, mfa::FactorKind kind) const {
        mfa::NewMethod made{.holder = holder,
                            .kind = kind,
                            .label = "begun",
                            .created_at = start_,
                            .expires_at = start_ + std::chrono::minutes(10)};
        if (kind == mfa::FactorKind::totp) {
            made.totp_seed = seed_;
        }
        return made;
    }
    mfa::MethodId begin(const mfa::Holder& holder, mfa::FactorKind kind) {
        return wait(store().begin_method(new_method(holder, kind), soon())).value().id;
    }
    // A session that confirms a factor has shown it.
    [[nodiscard]] mfa::Confirmation confirmation(const mfa::Holder& holder, mfa::MethodId method,
                                                 mfa::FactorKind kind) const {
        mfa::Confirmation made{.use = use(holder, method), .kind = kind, .label = "a label"};
        made.use.gain = mfa::Use::Gain::verified_and_step_up;
        return made;
    }
    mfa::Confirmed confirm(mfa::Confirmation made) {
        return wait(store().confirm_method(std::move(made), soon())).value();
    }

    bool has_seed(mfa::MethodId method, const mfa::Holder& holder,
                  std::chrono::seconds after = std::chrono::seconds(1)) {
        const auto found =
            wait(store().find_pending_seed(method, holder, start_ + after, soon())).value();
        EXPECT_TRUE(!found || (found->bytes == seed_.bytes && found->key_id == seed_.key_id));
        return found.has_value();
    }
    mfa::Confirmed confirm_totp(const mfa::Holder& holder, mfa::MethodId method, std::int64_t step,
                                std::chrono::seconds after = std::chrono::seconds(0)) {
        mfa::Confirmation made = confirmation(holder, method, mfa::FactorKind::totp);
        made.use.at += after;
        made.totp_step = step;
        return confirm(std::move(made));
    }

    mfa::MethodId enroll_totp(const mfa::Holder& holder, std::int64_t step) {
        using enum mfa::FactorKind;
        mfa::Confirmation made = confirmation(holder, begin(holder, totp), totp);
        made.totp_step = step;
        EXPECT_EQ(confirm(made), mfa::Confirmed::yes);
        return *made.use.method;
    }
    mfa::MethodId enroll_credential(const mfa::Holder& holder, const std::string& id) {
        using enum mfa::FactorKind;
        mfa::Confirmation made = confirmation(holder, begin(holder, webauthn), webauthn);
        made.credential = credential(id);
        EXPECT_EQ(confirm(made), mfa::Confirmed::yes);
        return *made.use.method;
    }
    mfa::MethodId enroll_yubikey(const mfa::Holder& holder, const std::string& id) {
        using enum mfa::FactorKind;
        mfa::Confirmation made = confirmation(holder, begin(holder, yubiotp), yubiotp);
        made.yubikey_id = id;
        EXPECT_EQ(confirm(made), mfa::Confirmed::yes);
        return *made.use.method;
    }
    static mfa::NewCredential credential(std::string id) {
        return {.id = std::move(id),
                .public_key = std::string("\xa5\x01\0 key", 7),
                .sign_count = 7,
                .aaguid = {std::byte{0xfe}, std::byte{0x01}},
                .attestation_format = "packed",
                .backup_eligible = true,
                .backed_up = true,
                .transports = {"nfc", "usb"}};
    }

    [[nodiscard]] mfa::Use use(const mfa::Holder& holder, std::optional<mfa::MethodId> method,
                               std::chrono::seconds after = std::chrono::seconds(0)) const {
        return {.holder = holder, .at = start_ + after, .method = method};
    }
    bool use_step(mfa::Use use, std::int64_t step) {
        return wait(store().use_totp_step({std::move(use), step}, soon())).value();
    }
    bool use_code(mfa::Use use, std::string hash, std::string key_id = "k1") {
        return wait(store().use_backup_code({std::move(use), std::move(hash), std::move(key_id)},
                                            soon()))
            .value();
    }
    mfa::FailureCount fail(const mfa::Holder& holder, std::chrono::seconds after,
                           std::optional<mfa::FactorKind> kind = std::nullopt) {
        return this
            ->wait(store().fail(
                {.holder = holder, .at = start_ + after, .kind = kind, .reason = "invalid_code"},
                soon()))
            .value();
    }
    void give_codes(const mfa::Holder& holder, std::vector<std::string> hashes) {
        ASSERT_TRUE(wait(
            store().replace_backup_codes(holder.user, std::move(hashes), "k1", start_, soon())));
    }
    static std::string hash(char digit) { return std::string(64, digit); }

    Fixture fixture_;
    mfa::Holder ada_;
    mfa::Holder ada_elsewhere_;
    mfa::Holder bob_;
    const Timestamp start_{std::chrono::microseconds(1'790'000'000'654'321)};
    const crypto::Sealed seed_{.bytes = std::string("\0\xff sealed", 9), .key_id = "k1"};

    mfa::Holder holder(const char* email, char digit,
                       std::optional<Timestamp> verified_at = std::nullopt) {
        const UserId id = user(email).id;
        identity::NewSession made{.hash = hash(digit),
                                  .user = id,
                                  .channel = identity::Channel::web,
                                  .created_at = start_,
                                  .expires_at = start_ + std::chrono::minutes(5),
                                  .absolute_expires_at = start_ + std::chrono::hours(12),
                                  .mfa_verified_at = verified_at,
                                  .ip_address = "192.0.2.7",
                                  .user_agent = "a browser",
                                  .login_flow = "web"};
        const SessionId session = wait(fixture_.sessions().create(std::move(made), soon())).value();
        return {
            .user = id, .session = session, .ip_address = "192.0.2.7", .user_agent = "a browser"};
    }
};

}  // namespace rgw::mfa_testing
