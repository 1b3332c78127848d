#pragma once

#include "rgw/identity/rate_limit_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Rate limits in PostgreSQL, by the database's clock. From any loop.
class PgRateLimitStore final : public identity::RateLimitStore {
public:
    explicit PgRateLimitStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<bool>> take(std::string subject, identity::RateLimit limit,
                                   Deadline deadline) override;
    async::Task<Result<void>> forget_free(Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
