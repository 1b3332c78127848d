#pragma once

#include "rgw/identity/token_directory.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// API tokens in PostgreSQL, as their owners and admins see and change them. From any loop.
class PgTokenDirectory final : public identity::TokenDirectory {
public:
    explicit PgTokenDirectory(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<std::vector<identity::TokenProfile>>> list(std::optional<UserId> owner,
                                                                  Deadline deadline) override;
    async::Task<Result<std::optional<identity::TokenProfile>>> find(std::string public_id,
                                                                    Deadline deadline) override;
    async::Task<Result<identity::TokenProfile>> create(identity::NewToken token, Timestamp now,
                                                       Deadline deadline) override;
    async::Task<Result<identity::ChangedToken>> change(std::string public_id,
                                                       identity::TokenRule rule,
                                                       Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
