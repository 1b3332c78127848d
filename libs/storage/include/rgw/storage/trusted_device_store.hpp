#pragma once

#include "rgw/mfa/trusted_devices.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Browsers that showed a second factor, in PostgreSQL. From any loop.
class PgTrustedDeviceStore final : public mfa::TrustedDeviceStore {
public:
    explicit PgTrustedDeviceStore(pg::Pool& pool) : pool_(pool) {}

    // Error: not_found (the session is not the user's, or revoked).
    async::Task<Result<mfa::TrustedDeviceId>> create(mfa::NewTrustedDevice device,
                                                     Deadline deadline) override;
    async::Task<Result<mfa::RecognisedDevice>> recognise(std::string token_hash, UserId user,
                                                         std::string user_agent_hash,
                                                         std::optional<std::string> ip_address,
                                                         Timestamp now, Deadline deadline) override;
    async::Task<Result<std::vector<mfa::TrustedDevice>>> list(UserId user,
                                                              Deadline deadline) override;
    async::Task<Result<bool>> revoke(UserId user, mfa::TrustedDeviceId device, std::string reason,
                                     Timestamp now, Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
