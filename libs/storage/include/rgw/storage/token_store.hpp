#pragma once

#include "rgw/identity/token_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// API tokens in PostgreSQL. From any loop.
class PgTokenStore final : public identity::TokenStore {
public:
    explicit PgTokenStore(pg::Pool& pool) : pool_(pool) {}

    // Also finds a token by its hash before the last rotation, which expires at the end of its
    // grace.
    async::Task<Result<std::optional<identity::TokenRecord>>> find_by_hash(
        std::string hash, Deadline deadline) override;
    async::Task<Result<void>> touch(std::vector<ApiTokenId> tokens, Timestamp at,
                                    Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
