#pragma once

#include <optional>
#include <string>

#include "rgw/audit/anchor_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Anchors in PostgreSQL (migrations/0015_anchors.sql). From any loop.
class PgAnchorStore final : public audit::AnchorStore {
public:
    explicit PgAnchorStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<bool>> take_turn(std::int64_t instance, std::chrono::seconds length,
                                        Deadline deadline) override;
    async::Task<Result<audit::AnchorLook>> look(std::string bucket, std::string chain_id,
                                                Deadline deadline) override;
    async::Task<Result<std::optional<audit::Hash>>> find_root(std::int64_t tree_size,
                                                              Deadline deadline) override;
    async::Task<Result<void>> add(audit::NewAnchor anchor, Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
