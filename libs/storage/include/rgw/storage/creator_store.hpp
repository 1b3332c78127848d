#pragma once

#include "rgw/identity/creator_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Creators in PostgreSQL. From any loop.
class PgCreatorStore final : public identity::CreatorStore {
public:
    explicit PgCreatorStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<std::vector<identity::Creation>>> find_creators(std::string type,
                                                                       std::vector<std::string> ids,
                                                                       Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
