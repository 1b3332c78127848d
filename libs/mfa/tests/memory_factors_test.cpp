#include "rgw/mfa_testing/factor_ceremony_contract.hpp"
#include "rgw/mfa_testing/factor_loss_contract.hpp"
#include "rgw/mfa_testing/factor_store_contract.hpp"
#include "rgw/mfa_testing/factor_use_contract.hpp"
#include "rgw/mfa_testing/memory_factor_store.hpp"
#include "rgw/mfa_testing/trusted_device_contract.hpp"

namespace rgw::mfa_testing {
namespace {

class MemoryFixture {
public:
    MemoryFixture() { loop_.start(); }
    identity::UserStore& users() { return users_; }
    identity::SessionStore& sessions() { return sessions_; }
    mfa::FactorStore& factors() { return factors_; }
    mfa::TrustedDeviceStore& trusted_devices() { return devices_; }
    async::Loop& loop() { return loop_; }
    std::optional<mfa::TrustedDeviceId> device_of(SessionId session) {
        const auto at = devices_.devices_of_sessions.find(session);
        return at == devices_.devices_of_sessions.end() ? std::optional<mfa::TrustedDeviceId>()
                                                        : at->second;
    }
    int reset_notices(UserId user) { return factors_.reset_notices[user]; }
    std::int64_t passing_rows() {
        const auto pending = std::ranges::count_if(
            factors_.methods, [](const auto& row) { return row.pending_session.has_value(); });
        return pending +
               static_cast<std::int64_t>(factors_.challenges.size() + factors_.proofs.size() +
                                         factors_.failures.size() + factors_.steps.size());
    }

private:
    async::Loop loop_{"test"};
    identity_testing::MemoryUserStore users_;
    identity_testing::MemorySessionStore sessions_{users_};
    MemoryTrustedDeviceStore devices_;
    MemoryFactorStore factors_{users_, sessions_, devices_};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, FactorStoreContract, MemoryFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, FactorLossContract, MemoryFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, FactorCeremonyContract, MemoryFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, FactorUseContract, MemoryFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, TrustedDeviceContract, MemoryFixture);

}  // namespace
}  // namespace rgw::mfa_testing
