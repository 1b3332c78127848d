#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/crypto/digest.hpp"
#include "rgw/identity_testing/memory_stores.hpp"
#include "rgw/mfa/factor_store.hpp"
#include "rgw/mfa_testing/memory_trusted_devices.hpp"

namespace rgw::mfa_testing {

// What MemoryFactorStore keeps, on the users and sessions of the memory stores. A test may look at
// what is public, and set what it needs.
class MemoryFactorRows {
public:
    MemoryFactorRows(identity_testing::MemoryUserStore& users,
                     identity_testing::MemorySessionStore& sessions,
                     MemoryTrustedDeviceStore& devices)
        : users_(users), sessions_(sessions), devices_(devices) {}

    struct MethodRow {
        mfa::Method method;
        UserId user;
        std::optional<SessionId> pending_session;
        Timestamp pending_until{};
    };
    struct CodeRow {
        UserId user;
        std::string hash;
        std::string key_id;
        std::optional<mfa::MethodId> pending_method;
        Timestamp created_at{};
        std::optional<Timestamp> used_at;
    };
    struct ProofRow {
        SessionId session;
        Timestamp verified_at{};
        std::optional<mfa::Action> action;
        Timestamp series_until{};
    };
    std::vector<MethodRow> methods;
    std::vector<CodeRow> codes;
    std::map<std::string, ProofRow> proofs;               // by hash
    std::map<std::string, mfa::NewChallenge> challenges;  // by state hash
    std::map<std::pair<UserId, std::int64_t>, Timestamp> steps;
    std::vector<mfa::Failure> failures;
    std::map<UserId, std::optional<std::string>> preferred;
    std::map<UserId, int> reset_notices;
    std::vector<std::string> proofs_asked;  // their hashes
    bool away = false;
    bool counts_no_failure = false;  // away, but for this only
    // Of a step or a pending method: what another replica did just before.
    std::function<void(const mfa::Use&)> before_use;

protected:
    identity::User* find_user(UserId id) {
        const auto user = std::ranges::find(users_.users, id, &identity::User::id);
        return user == users_.users.end() ? nullptr : &*user;
    }
    identity_testing::MemorySessionStore::Stored* find_session(const mfa::Holder& holder) {
        for (auto& stored : sessions_.sessions) {
            if (stored.record.id == holder.session && stored.record.user_id == holder.user) {
                return &stored;
            }
        }
        return nullptr;
    }
    MethodRow* find_confirmed(UserId user, std::optional<mfa::MethodId> method) {
        for (MethodRow& row : methods) {
            if (row.user == user && row.method.id == method && row.method.confirmed_at) {
                return &row;
            }
        }
        return nullptr;
    }
    MethodRow* find_pending(mfa::MethodId method, const mfa::Holder& holder, mfa::FactorKind kind,
                            Timestamp now) {
        for (MethodRow& row : methods) {
            if (row.method.id == method && row.method.kind == kind && row.user == holder.user &&
                row.pending_session && row.pending_session == holder.session &&
                row.pending_until > now) {
                return &row;
            }
        }
        return nullptr;
    }
    bool has_factor(UserId user) {
        return std::ranges::any_of(methods, [&](const MethodRow& row) {
            return row.user == user && row.method.confirmed_at;
        });
    }
    // A random 128-bit text in the real store; here the same for a user at every run.
    static std::string user_handle(UserId user) {
        const crypto::Digest digest = crypto::sha256("handle " + std::to_string(user.value));
        return std::string(crypto::text_of(digest).substr(0, 16));
    }

    bool may_count(const mfa::Use& use) {
        const identity::User* user = find_user(use.holder.user);
        return user != nullptr && !user->locked &&
               (!use.method || find_confirmed(use.holder.user, use.method) != nullptr) &&
               (!use.proof || !proofs.contains(use.proof->hash));
    }

    void count(const mfa::Use& use) {
        if (MethodRow* row = find_confirmed(use.holder.user, use.method)) {
            row->method.last_used_at = use.at;
        }
        auto* session = find_session(use.holder);
        if (session == nullptr) {
            return;
        }
        identity::SessionRecord& record = session->record;
        if (use.gain == mfa::Use::Gain::verified_and_step_up && !record.mfa_verified_at) {
            record.mfa_verified_at = use.at;
        }
        if (use.gain != mfa::Use::Gain::nothing) {
            record.recent_step_up_at = use.at;
        }
        session->hash = use.new_session_hash.value_or(session->hash);
        if (use.proof) {
            proofs[use.proof->hash] = {.session = record.id,
                                       .verified_at = use.at,
                                       .action = use.proof->action,
                                       .series_until = use.at + mfa::series_length};
        }
    }

    bool was_used(const mfa::Confirmation& made) {
        if (made.totp_step && steps.contains({made.use.holder.user, *made.totp_step})) {
            return true;
        }
        return std::ranges::any_of(methods, [&](const MethodRow& row) {
            const mfa::Method& method = row.method;
            return (made.credential && method.credential &&
                    method.credential->stored.id == made.credential->id) ||
                   (made.yubikey_id && method.yubikey_id == made.yubikey_id);
        });
    }

    // All but the one that sets the first factor up.
    void doubt_sessions(const mfa::Holder& holder) {
        for (auto& stored : sessions_.sessions) {
            if (stored.record.user_id == holder.user && stored.record.id != holder.session &&
                !stored.record.recent_step_up_at) {
                stored.record.mfa_verified_at.reset();
            }
        }
    }
    void confirm(MethodRow& row, const mfa::Confirmation& made) {
        if (!has_factor(row.user)) {
            doubt_sessions(made.use.holder);
        }
        row.pending_session.reset();
        row.method.label = made.label;
        row.method.confirmed_at = made.use.at;
        row.method.yubikey_id = made.yubikey_id;
        if (made.credential) {
            row.method.credential = {
                .stored = {.id = made.credential->id,
                           .public_key = made.credential->public_key,
                           .user_handle = user_handle(row.user),
                           .sign_count = made.credential->sign_count,
                           .backup_eligible = made.credential->backup_eligible},
                .transports = made.credential->transports,
                .backed_up = made.credential->backed_up};
        }
        for (CodeRow& code : codes) {
            if (code.pending_method == row.method.id) {
                code.pending_method.reset();
            }
        }
        identity::User* user = find_user(row.user);
        user->mfa_enrolled = true;
        user->mfa_enforced = true;
    }

    void add_codes(UserId user, const std::vector<std::string>& hashes, const std::string& key_id,
                   Timestamp now, std::optional<mfa::MethodId> pending_method) {
        for (const std::string& hash : hashes) {
            codes.push_back({.user = user,
                             .hash = hash,
                             .key_id = key_id,
                             .pending_method = pending_method,
                             .created_at = now});
        }
    }

    // With the codes that came with them.
    template <class Which>
    void drop_pending(Which which) {
        std::erase_if(methods, [&](const MethodRow& row) {
            if (!row.pending_session || !which(row)) {
                return false;
            }
            std::erase_if(
                codes, [&](const CodeRow& code) { return code.pending_method == row.method.id; });
            return true;
        });
    }

    identity_testing::MemoryUserStore& users_;
    identity_testing::MemorySessionStore& sessions_;
    MemoryTrustedDeviceStore& devices_;
    std::int64_t last_id_ = 0;
};

}  // namespace rgw::mfa_testing
