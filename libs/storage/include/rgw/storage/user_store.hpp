#pragma once

#include "rgw/identity/user_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Users in PostgreSQL. From any loop.
class PgUserStore final : public identity::UserStore {
public:
    explicit PgUserStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<std::optional<identity::User>>> find_by_email(std::string email,
                                                                     Deadline deadline) override;
    async::Task<Result<bool>> bind_identity(UserId user, std::string email, std::string issuer,
                                            std::string subject, Deadline deadline) override;
    async::Task<Result<std::int64_t>> seed_if_empty(std::vector<identity::SeedUser> users,
                                                    Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
