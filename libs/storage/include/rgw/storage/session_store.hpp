#pragma once

#include "rgw/identity/session_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Sessions in PostgreSQL. From any loop.
class PgSessionStore final : public identity::SessionStore {
public:
    explicit PgSessionStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<std::optional<identity::SessionRecord>>> find_session(
        std::string hash, Deadline deadline) override;
    async::Task<Result<SessionId>> create(identity::NewSession session, Deadline deadline) override;
    async::Task<Result<void>> touch(std::vector<identity::SessionUse> uses,
                                    Deadline deadline) override;
    async::Task<Result<std::int64_t>> shorten(identity::SessionLimits limits, Timestamp now,
                                              Deadline deadline) override;
    async::Task<Result<bool>> revoke(UserId user, SessionId session, Timestamp at,
                                     std::string reason, Deadline deadline) override;
    async::Task<Result<bool>> has_session(UserId user, SessionId session,
                                          Deadline deadline) override;
    async::Task<Result<std::int64_t>> revoke_all(UserId user, Timestamp at, std::string reason,
                                                 Deadline deadline) override;
    async::Task<Result<std::vector<identity::SessionSummary>>> list_active(
        UserId user, Timestamp now, Deadline deadline) override;

private:
    pg::Pool& pool_;
};

}  // namespace rgw::storage
