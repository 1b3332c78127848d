#pragma once

#include "rgw/pg/pool.hpp"
#include "rgw/rack/env_change_store.hpp"

namespace rgw::storage {

// Who changes which app's environment, in PostgreSQL, whose clock counts. From any loop.
class PgEnvChangeStore final : public rack::EnvChangeStore {
public:
    explicit PgEnvChangeStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<bool>> begin(std::string app, std::string holder,
                                    std::chrono::seconds lifetime, Deadline deadline) override;
    async::Task<Result<void>> end(std::string app, std::string holder, Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
