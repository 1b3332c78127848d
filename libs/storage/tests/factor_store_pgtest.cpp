#include <gtest/gtest.h>

#include "factor_fixture.hpp"
#include "rgw/mfa_testing/factor_ceremony_contract.hpp"
#include "rgw/mfa_testing/factor_loss_contract.hpp"
#include "rgw/mfa_testing/factor_store_contract.hpp"
#include "rgw/mfa_testing/factor_use_contract.hpp"
#include "rgw/mfa_testing/trusted_device_contract.hpp"

namespace rgw::mfa_testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Pg, FactorStoreContract, storage::PgFactorFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Pg, FactorLossContract, storage::PgFactorFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Pg, FactorCeremonyContract, storage::PgFactorFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Pg, FactorUseContract, storage::PgFactorFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Pg, TrustedDeviceContract, storage::PgFactorFixture);
}  // namespace rgw::mfa_testing
