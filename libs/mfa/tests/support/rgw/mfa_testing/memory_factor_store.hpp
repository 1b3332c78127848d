#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/mfa/factor_store.hpp"
#include "rgw/mfa_testing/memory_factor_rows.hpp"

namespace rgw::mfa_testing {

class MemoryFactorStore : public mfa::FactorStore, public MemoryFactorRows {
public:
    using MemoryFactorRows::MemoryFactorRows;

    async::Task<Result<mfa::UserFactors>> load(UserId id, Deadline) override {
        if (away) {
            co_return Errc::database_unavailable;
        }
        const identity::User* user = find_user(id);
        if (user == nullptr) {
            co_return Errc::not_found;
        }
        mfa::UserFactors factors{.email = user->email,
                                 .user_handle = user_handle(id),
                                 .preferred = preferred[id],
                                 .enrolled = user->mfa_enrolled};
        for (const MethodRow& row : methods) {
            if (row.user == id && row.method.confirmed_at) {
                factors.methods.push_back(row.method);
            }
        }
        for (const CodeRow& row : codes) {
            if (row.user == id && !row.pending_method) {
                ++factors.backup_codes.total;
                factors.backup_codes.unused += row.used_at ? 0 : 1;
                factors.backup_codes.last_used_at =
                    std::max(factors.backup_codes.last_used_at, row.used_at);
                factors.backup_codes.last_generated_at =
                    std::max(factors.backup_codes.last_generated_at, std::optional(row.created_at));
            }
        }
        co_return factors;
    }

    async::Task<Result<bool>> use_totp_step(mfa::UsedTotpStep use, Deadline) override {
        if (before_use) {
            before_use(use);
        }
        if (away) {
            co_return Errc::database_unavailable;
        }
        if (!may_count(use) || !steps.try_emplace({use.holder.user, use.step}, use.at).second) {
            co_return false;
        }
        count(use);
        co_return true;
    }

    async::Task<Result<bool>> use_backup_code(mfa::UsedBackupCode use, Deadline) override {
        if (away) {
            co_return Errc::database_unavailable;
        }
        const auto code = std::ranges::find_if(codes, [&](const CodeRow& row) {
            return row.user == use.holder.user && row.hash == use.code_hash &&
                   row.key_id == use.key_id && !row.pending_method && !row.used_at;
        });
        if (code == codes.end() || !may_count(use)) {
            co_return false;
        }
        code->used_at = use.at;
        count(use);
        co_return true;
    }

    async::Task<Result<bool>> use_password(mfa::UsedPassword use, Deadline) override {
        if (!may_count(use)) {
            co_return false;
        }
        count(use);
        co_return true;
    }

    async::Task<Result<bool>> use_assertion(mfa::UsedAssertion use, Deadline) override {
        MethodRow* row = find_confirmed(use.holder.user, use.method);
        if (row == nullptr || !row->method.credential ||
            row->method.credential->stored.sign_count != use.former_sign_count || !may_count(use)) {
            co_return false;
        }
        row->method.credential->stored.sign_count = use.credential.sign_count;
        row->method.credential->backed_up = use.credential.backed_up;
        count(use);
        co_return true;
    }

    async::Task<Result<std::optional<bool>>> use_proof(SessionId session, mfa::InlineProof proof,
                                                       Timestamp now, Deadline) override {
        if (away) {
            co_return Errc::database_unavailable;
        }
        proofs_asked.push_back(proof.hash);
        const auto at = proofs.find(proof.hash);
        if (at == proofs.end() || at->second.session != session) {
            co_return std::optional<bool>();
        }
        ProofRow& row = at->second;
        if (!row.action) {
            const bool fresh = now < row.verified_at + mfa::proof_lives_for;
            if (fresh && proof.action) {
                row.action = proof.action;
                row.series_until = now + mfa::series_length;
            }
            co_return std::optional(fresh);
        }
        co_return std::optional(
            proof.action && proof.action->permission == row.action->permission &&
            proof.action->resource == row.action->resource &&
            proof.action->repeats == mfa::Action::Repeats::in_series && now < row.series_until);
    }

    async::Task<Result<mfa::FailureCount>> fail(mfa::Failure failure, Deadline) override {
        if (away || counts_no_failure) {
            co_return Errc::database_unavailable;
        }
        failures.push_back(failure);
        const auto in_window = std::ranges::count_if(failures, [&](const mfa::Failure& other) {
            return other.holder.user == failure.holder.user &&
                   other.at > failure.at - mfa::failure_window;
        });
        mfa::FailureCount counted{.in_window = static_cast<int>(in_window)};
        identity::User* user = find_user(failure.holder.user);
        if (user != nullptr && counted.in_window >= mfa::failures_until_locked) {
            counted.locked_now = !std::exchange(user->locked, true);
        }
        co_return counted;
    }

    async::Task<Result<void>> put_challenge(mfa::NewChallenge challenge, Deadline) override {
        if (away) {
            co_return Errc::database_unavailable;
        }
        challenges[challenge.state_hash] = std::move(challenge);
        co_return Result<void>();
    }

    async::Task<Result<std::optional<mfa::TakenChallenge>>> take_challenge(
        std::string state_hash, mfa::Holder holder, std::optional<mfa::MethodId> method,
        Timestamp now, Deadline) override {
        if (away) {
            co_return Errc::database_unavailable;
        }
        const auto node = challenges.extract(state_hash);
        if (node.empty()) {
            co_return std::optional<mfa::TakenChallenge>();
        }
        const mfa::NewChallenge& made = node.mapped();
        if (made.expires_at <= now || made.holder.user != holder.user ||
            made.holder.session != holder.session || made.method != method) {
            co_return std::optional<mfa::TakenChallenge>();
        }
        co_return mfa::TakenChallenge{.challenge = made.challenge, .method = made.method};
    }

    async::Task<Result<mfa::PendingMethod>> begin_method(mfa::NewMethod made, Deadline) override {
        if (away) {
            co_return Errc::database_unavailable;
        }
        drop_pending([&](const MethodRow& row) {
            return row.user == made.holder.user && row.method.kind == made.kind;
        });
        const mfa::MethodId id{++last_id_};
        methods.push_back({.method = {.id = id,
                                      .kind = made.kind,
                                      .label = made.label,
                                      .created_at = made.created_at,
                                      .totp_seed = made.totp_seed},
                           .user = made.holder.user,
                           .pending_session = made.holder.session,
                           .pending_until = made.expires_at});
        const bool has_set = std::ranges::any_of(codes, [&](const CodeRow& row) {
            return row.user == made.holder.user && !row.pending_method;
        });
        const bool kept = !has_set && !made.backup_code_hashes.empty();
        if (kept) {
            add_codes(made.holder.user, made.backup_code_hashes, made.backup_key_id,
                      made.created_at, id);
        }
        co_return mfa::PendingMethod{.id = id, .backup_codes_kept = kept};
    }

    async::Task<Result<std::optional<crypto::Sealed>>> find_pending_seed(mfa::MethodId method,
                                                                         mfa::Holder holder,
                                                                         Timestamp now,
                                                                         Deadline) override {
        if (away) {
            co_return Errc::database_unavailable;
        }
        const MethodRow* row = find_pending(method, holder, mfa::FactorKind::totp, now);
        co_return row == nullptr ? std::optional<crypto::Sealed>() : row->method.totp_seed;
    }

    async::Task<Result<mfa::Confirmed>> confirm_method(mfa::Confirmation made, Deadline) override {
        if (before_use) {
            before_use(made.use);
        }
        if (away) {
            co_return Errc::database_unavailable;
        }
        MethodRow* row =
            find_pending(made.use.method.value(), made.use.holder, made.kind, made.use.at);
        const auto* session = find_session(made.use.holder);
        if (row == nullptr || session == nullptr ||
            (has_factor(row->user) && !session->record.mfa_verified_at)) {
            co_return mfa::Confirmed::no_longer_pending;
        }
        if (was_used(made)) {
            co_return mfa::Confirmed::used_before;
        }
        if (made.totp_step) {
            steps[{row->user, *made.totp_step}] = made.use.at;
        }
        confirm(*row, made);
        count(made.use);
        co_return mfa::Confirmed::yes;
    }

    async::Task<Result<void>> relabel_method(UserId user, mfa::MethodId method, std::string label,
                                             std::optional<bool> cli_capable, Deadline) override {
        MethodRow* row = find_confirmed(user, method);
        if (row == nullptr) {
            co_return Errc::not_found;
        }
        row->method.label = std::move(label);
        row->method.cli_capable = cli_capable.value_or(row->method.cli_capable);
        co_return Result<void>();
    }

    async::Task<Result<mfa::RemovedMethod>> remove_method(UserId user, mfa::MethodId method,
                                                          Timestamp, Deadline) override {
        const MethodRow* row = find_confirmed(user, method);
        if (row == nullptr) {
            co_return Errc::not_found;
        }
        mfa::RemovedMethod removed{.kind = row->method.kind, .label = row->method.label};
        std::erase_if(methods, [&](const MethodRow& other) { return other.method.id == method; });
        if (!has_factor(user)) {
            removed.was_last = true;
            std::erase_if(codes, [&](const CodeRow& code) { return code.user == user; });
            devices_.revoke_all(user, "mfa_disabled");
            find_user(user)->mfa_enrolled = false;
        }
        co_return removed;
    }

    async::Task<Result<void>> set_preferred(UserId user, std::optional<std::string> kind,
                                            Deadline) override {
        preferred[user] = std::move(kind);
        co_return Result<void>();
    }

    async::Task<Result<void>> replace_backup_codes(UserId user, std::vector<std::string> hashes,
                                                   std::string key_id, Timestamp now,
                                                   Deadline) override {
        if (away) {
            co_return Errc::database_unavailable;
        }
        std::erase_if(codes, [&](const CodeRow& code) { return code.user == user; });
        add_codes(user, hashes, key_id, now, std::nullopt);
        co_return Result<void>();
    }

    async::Task<Result<std::int64_t>> reset(UserId id, std::optional<UserId>, std::string,
                                            Timestamp, Deadline) override {
        identity::User* user = find_user(id);
        if (user == nullptr) {
            co_return Errc::not_found;
        }
        const auto had = std::ranges::count_if(methods, [&](const MethodRow& row) {
            return row.user == id && row.method.confirmed_at;
        });
        std::erase_if(methods, [&](const MethodRow& row) { return row.user == id; });
        std::erase_if(codes, [&](const CodeRow& code) { return code.user == id; });
        std::erase_if(challenges,
                      [&](const auto& entry) { return entry.second.holder.user == id; });
        devices_.revoke_all(id, "reset");
        for (auto& session : sessions_.sessions) {
            session.record.revoked |= session.record.user_id == id;
        }
        user->mfa_enrolled = false;
        user->mfa_enforced = true;
        ++reset_notices[id];
        co_return had;
    }

    async::Task<Result<void>> forget(Timestamp now, Deadline) override {
        drop_pending([&](const MethodRow& row) { return row.pending_until <= now; });
        std::erase_if(challenges,
                      [&](const auto& entry) { return entry.second.expires_at <= now; });
        std::erase_if(proofs, [&](const auto& entry) {
            return entry.second.verified_at + mfa::proof_lives_for + mfa::series_length <= now;
        });
        std::erase_if(steps, [&](const auto& entry) {
            return entry.second + std::chrono::minutes(5) <= now;
        });
        std::erase_if(failures, [&](const mfa::Failure& failure) {
            return failure.at + mfa::failure_window <= now;
        });
        co_return Result<void>();
    }
};

}  // namespace rgw::mfa_testing
