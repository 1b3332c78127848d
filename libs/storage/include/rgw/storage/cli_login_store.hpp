#pragma once

#include "rgw/identity/cli_login_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Command-line sign-ins under way in PostgreSQL. From any loop.
class PgCliLoginStore final : public identity::CliLoginStore {
public:
    explicit PgCliLoginStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<void>> create(identity::NewCliLogin login, Deadline deadline) override;
    async::Task<Result<std::optional<identity::CliLogin>>> find(std::string hash,
                                                                Deadline deadline) override;
    async::Task<Result<std::optional<identity::CliLogin>>> find_by_user_code(
        std::string user_code_hash, Deadline deadline) override;
    async::Task<Result<std::optional<crypto::Sealed>>> take_exchange(std::string hash,
                                                                     Timestamp now,
                                                                     Deadline deadline) override;
    async::Task<Result<void>> identify(std::string hash, identity::User user, Timestamp now,
                                       Deadline deadline) override;
    async::Task<Result<void>> fail(std::string hash, std::string told, Timestamp now,
                                   Deadline deadline) override;
    async::Task<Result<bool>> decide(identity::DecidedCliLogin decided, Deadline deadline) override;
    async::Task<Result<std::optional<identity::PolledCliLogin>>> poll(std::string hash,
                                                                      Timestamp now,
                                                                      Deadline deadline) override;
    async::Task<Result<std::optional<identity::TakenCliLogin>>> take(
        std::string hash, std::optional<std::string> verifier_hash, Timestamp now,
        Deadline deadline) override;

private:
    async::Task<Result<std::optional<identity::CliLogin>>> find_one(const pg::Statement& statement,
                                                                    std::string key,
                                                                    Deadline deadline);

    pg::Pool& pool_;
};

}  // namespace rgw::storage
