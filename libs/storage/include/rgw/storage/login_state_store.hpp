#pragma once

#include "rgw/identity/login_state_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Used sign-ins in PostgreSQL. From any loop.
class PgLoginStateStore final : public identity::LoginStateStore {
public:
    explicit PgLoginStateStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<bool>> use_once(std::string state_hash, Timestamp now,
                                       Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
