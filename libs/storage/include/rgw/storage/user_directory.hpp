#pragma once

#include "rgw/identity/user_directory.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Users in PostgreSQL, as admins see and change them. From any loop.
class PgUserDirectory final : public identity::UserDirectory {
public:
    explicit PgUserDirectory(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<std::vector<identity::UserProfile>>> list(Deadline deadline) override;
    async::Task<Result<std::optional<identity::UserProfile>>> find(std::string email,
                                                                   Deadline deadline) override;
    async::Task<Result<identity::UserProfile>> create(identity::NewUser user, Timestamp now,
                                                      Deadline deadline) override;
    async::Task<Result<identity::ChangedUser>> change(std::string email, identity::UserRule rule,
                                                      Timestamp now, Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
