#pragma once

#include "rgw/identity/creator_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Creators in PostgreSQL. From any loop.
class PgCreatorStore final : public identity::CreatorStore {
public:
    explicit PgCreatorStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<void>> record(UserId user, identity::Created created,
                                     Deadline deadline) override;
    async::Task<Result<void>> record_release_of_build(std::string app, std::string build,
                                                      std::string release,
                                                      Deadline deadline) override;
    async::Task<Result<void>> forget_app(std::string app, Deadline deadline) override;
    async::Task<Result<std::vector<identity::Creation>>> find_creators(std::string type,
                                                                       std::vector<std::string> ids,
                                                                       Deadline deadline) override;

private:
    async::Task<Result<void>> run(const pg::Statement& statement, pg::Params params,
                                  Deadline deadline);

    pg::Pool& pool_;
};

}  // namespace rgw::storage
