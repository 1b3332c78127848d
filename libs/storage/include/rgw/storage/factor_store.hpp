#pragma once

#include "rgw/mfa/factor_store.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::storage {

// Second factors in PostgreSQL: src/factor_*.cpp, by subject. From any loop.
class PgFactorStore final : public mfa::FactorStore {
public:
    explicit PgFactorStore(pg::Pool& pool) : pool_(pool) {}

    async::Task<Result<mfa::UserFactors>> load(UserId user, Deadline deadline) override;

    async::Task<Result<bool>> use_totp_step(mfa::UsedTotpStep use, Deadline deadline) override;
    async::Task<Result<bool>> use_backup_code(mfa::UsedBackupCode use, Deadline deadline) override;
    async::Task<Result<bool>> use_password(mfa::UsedPassword use, Deadline deadline) override;
    async::Task<Result<bool>> use_assertion(mfa::UsedAssertion use, Deadline deadline) override;
    async::Task<Result<std::optional<bool>>> use_proof(SessionId session, mfa::InlineProof proof,
                                                       Timestamp now, Deadline deadline) override;
    async::Task<Result<mfa::FailureCount>> fail(mfa::Failure failure, Deadline deadline) override;

    async::Task<Result<void>> put_challenge(mfa::NewChallenge challenge,
                                            Deadline deadline) override;
    async::Task<Result<std::optional<mfa::TakenChallenge>>> take_challenge(
        std::string state_hash, mfa::Holder holder, std::optional<mfa::MethodId> method,
        Timestamp now, Deadline deadline) override;

    async::Task<Result<mfa::PendingMethod>> begin_method(mfa::NewMethod method,
                                                         Deadline deadline) override;
    async::Task<Result<std::optional<crypto::Sealed>>> find_pending_seed(
        mfa::MethodId method, mfa::Holder holder, Timestamp now, Deadline deadline) override;
    async::Task<Result<mfa::Confirmed>> confirm_method(mfa::Confirmation confirmation,
                                                       Deadline deadline) override;

    async::Task<Result<void>> relabel_method(UserId user, mfa::MethodId method, std::string label,
                                             std::optional<bool> cli_capable,
                                             Deadline deadline) override;
    async::Task<Result<mfa::RemovedMethod>> remove_method(UserId user, mfa::MethodId method,
                                                          Timestamp now,
                                                          Deadline deadline) override;
    async::Task<Result<void>> set_preferred(UserId user, std::optional<std::string> kind,
                                            Deadline deadline) override;
    async::Task<Result<void>> replace_backup_codes(UserId user, std::vector<std::string> hashes,
                                                   std::string key_id, Timestamp now,
                                                   Deadline deadline) override;
    async::Task<Result<std::int64_t>> reset(UserId user, std::optional<UserId> by,
                                            std::string reason, Timestamp now,
                                            Deadline deadline) override;

    async::Task<Result<void>> forget(Timestamp now, Deadline deadline) override;

private:
    async::Task<Result<bool>> use_up(const pg::Statement& statement, pg::Params params,
                                     Deadline deadline);

    pg::Pool& pool_;
};

}  // namespace rgw::storage
