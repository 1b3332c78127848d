#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "rgw/mfa/enrollment.hpp"
#include "rgw/mfa/factor_check.hpp"
#include "rgw/mfa/totp.hpp"
#include "rgw/mfa_testing/memory_factor_store.hpp"
#include "support/run.hpp"

namespace rgw::mfa {

inline Deadline soon() {
    return deadline_in(std::chrono::seconds(10));
}

// "totp 1", or "invalid_code: verification failed": the reason, and what the caller is told.
inline std::string told(const FactorRefusal& refusal) {
    return refusal.reason + ": " + public_message(refusal.error);
}
inline std::string told(const FactorResult<ProvenFactor>& result) {
    if (!result) {
        return told(result.error());
    }
    const std::string method = result->method ? " " + std::to_string(result->method->value) : "";
    return std::string(name(result->kind)) + method;
}
inline std::string told(const FactorResult<EnrolledMethod>& result) {
    return result ? std::string(name(result->kind)) + " " + result->label : told(result.error());
}

// Ada with two sessions and Bob with one, on memory stores and the real verifications.
class RulesTest : public ::testing::Test {
protected:
    RulesTest() {
        loop_.start();
        users_.users = {{.id = UserId{1}, .email = "ada@example.com", .name = "Ada"},
                        {.id = UserId{2}, .email = "bob@example.com", .name = "Bob"}};
        ada_ = holder(UserId{1}, 'a');
        ada_elsewhere_ = holder(UserId{1}, 'b');
        bob_ = holder(UserId{2}, 'c');
    }

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(loop_, std::move(task));
    }
    FactorParts parts_on(FactorStore& store, const Clock& clock) {
        const Secret key("0123456789abcdef0123456789abcdef");
        return {.store = store,
                .clock = clock,
                .cpu = cpu_,
                .party = {.id = "gateway.example.com", .origins = {"https://gateway.example.com"}},
                .party_name = "Rack Gateway (Test)",
                .attestation = {},
                .seeds = crypto::SealingKey(key, "totp seeds"),
                .backup_codes = BackupCodeHasher(key)};
    }

    FactorResult<ProvenFactor> verify(ShownFactor shown, const Holder& holder,
                                      Purpose purpose = {}) {
        return wait(
            FactorCheck(parts_).verify(std::move(shown), holder, std::move(purpose), soon()));
    }
    FactorResult<ProvenFactor> verify_code(std::string_view text, const Holder& holder) {
        return verify(typed(text), holder);
    }
    static TypedCode typed(std::string_view text) { return {.text = Secret(std::string(text))}; }

    BegunTotp begin_totp(const Holder& holder) {
        return wait(Enrollment(parts_).begin_totp(holder, soon())).value();
    }
    FactorResult<EnrolledMethod> confirm_totp(MethodId method, std::string_view code,
                                              const Holder& holder, std::string label = "",
                                              Gained gained = {}) {
        return wait(Enrollment(parts_).confirm_totp(method, Secret(std::string(code)),
                                                    std::move(label), holder, std::move(gained),
                                                    soon()));
    }
    // With the code of now, which is used up.
    MethodId enroll_totp(const Holder& holder) {
        const MethodId method = begin_totp(holder).method;
        EXPECT_TRUE(confirm_totp(method, code(method), holder));
        clock_.advance(std::chrono::seconds(60));
        return method;
    }
    // As the app of that method shows it, so many steps from now.
    std::string code(MethodId method, int steps = 0) {
        for (const auto& row : factors_.methods) {
            if (row.method.id == method) {
                const Secret seed =
                    parts_.seeds.open(*row.method.totp_seed, seed_place(row.user)).value();
                return totp_code(seed, totp_step(clock_.now()) + steps);
            }
        }
        return "no such method";
    }
    identity::SessionRecord& session(const Holder& holder) {
        return sessions_.sessions.at(static_cast<std::size_t>(holder.session->value) - 1).record;
    }

    FakeClock clock_{Timestamp(std::chrono::seconds(1'800'000'000))};
    async::Loop loop_{"test"};
    async::CpuPool cpu_{1};
    identity_testing::MemoryUserStore users_;
    identity_testing::MemorySessionStore sessions_{users_};
    mfa_testing::MemoryTrustedDeviceStore devices_;
    mfa_testing::MemoryFactorStore factors_{users_, sessions_, devices_};
    FactorParts parts_ = parts_on(factors_, clock_);
    Holder ada_;
    Holder ada_elsewhere_;
    Holder bob_;

private:
    Holder holder(UserId user, char digit) {
        const identity::NewSession made{.hash = std::string(64, digit),
                                        .user = user,
                                        .channel = identity::Channel::web,
                                        .created_at = clock_.now(),
                                        .login_flow = "web"};
        return {.user = user,
                .session = wait(sessions_.create(made, soon())).value(),
                .ip_address = "192.0.2.7",
                .user_agent = "a browser"};
    }
};

}  // namespace rgw::mfa
