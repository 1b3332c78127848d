#pragma once

#include "rgw/mfa_testing/factor_fixture.hpp"
#include "rgw/storage/factor_store.hpp"
#include "rgw/storage/trusted_device_store.hpp"
#include "store_fixture.hpp"

namespace rgw::storage {

// What the contract tests of mfa ask of a fixture.
class PgFactorFixture : public StoreFixture {
public:
    mfa::FactorStore& factors() { return factors_; }
    mfa::TrustedDeviceStore& trusted_devices() { return trusted_devices_; }

    std::optional<mfa::TrustedDeviceId> device_of(SessionId session) {
        const std::string id =
            sql().value("select trusted_device_id from user_sessions where id = " +
                        std::to_string(session.value));
        return id == "(null)" ? std::nullopt : std::optional(mfa::TrustedDeviceId{std::stoll(id)});
    }
    int reset_notices(UserId user) {
        return std::stoi(
            sql().value("select count(*) from jobs where kind = 'notify.factors_reset'"
                        " and state = 'available' and unique_key is null"
                        " and args ->> 'user_id' = '" +
                        std::to_string(user.value) + "'"));
    }
    std::int64_t passing_rows() {
        return std::stoll(sql().value(
            "select (select count(*) from mfa_challenges) + (select count(*) from mfa_proofs)"
            " + (select count(*) from mfa_attempts) + (select count(*) from used_totp_steps)"
            " + (select count(*) from mfa_methods where confirmed_at is null)"));
    }

private:
    PgFactorStore factors_{pool()};
    PgTrustedDeviceStore trusted_devices_{pool()};
};

}  // namespace rgw::storage
