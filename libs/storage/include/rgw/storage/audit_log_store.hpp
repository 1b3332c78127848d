#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rgw/audit/log_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// The log for its readers, each call one short query. From any loop.
class PgAuditLogStore final : public audit::LogStore {
public:
    explicit PgAuditLogStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<audit::Bounds>> find_bounds(std::optional<Timestamp> start,
                                                   std::optional<Timestamp> end,
                                                   Deadline deadline) override;
    async::Task<Result<audit::Slice>> slice(audit::Filter filter, audit::Window window,
                                            audit::Show show, std::int64_t limit,
                                            Deadline deadline) override;
    async::Task<Result<std::optional<audit::Slice>>> slice_of_few(audit::Filter filter,
                                                                  audit::Window window,
                                                                  audit::Show show,
                                                                  std::int64_t limit,
                                                                  Deadline deadline) override;
    async::Task<Result<std::int64_t>> count(audit::Filter filter, audit::Window window,
                                            audit::Show show, std::int64_t most,
                                            Deadline deadline) override;
    async::Task<Result<std::optional<audit::StoredEvent>>> find_event(std::int64_t chain_index,
                                                                      Deadline deadline) override;
    async::Task<Result<std::vector<audit::StoredEvent>>> find_outcomes(std::int64_t intent,
                                                                       Deadline deadline) override;
    async::Task<Result<std::optional<std::string>>> find_email(UserId user,
                                                               Deadline deadline) override;

private:
    async::Task<Result<pg::Rows>> rows_of_few(pg::Params params, Deadline deadline);

    pg::Pool& pool_;
};

}  // namespace rgw::storage
