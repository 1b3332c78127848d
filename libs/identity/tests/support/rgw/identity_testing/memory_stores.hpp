#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rgw/identity/login_state_store.hpp"
#include "rgw/identity/session_store.hpp"
#include "rgw/identity/token_directory.hpp"
#include "rgw/identity/token_store.hpp"
#include "rgw/identity/user_store.hpp"

namespace rgw::identity_testing {

using identity::NewToken;
using identity::SeedUser;
using identity::TokenRecord;
using identity::User;

class MemoryUserStore final : public identity::UserStore {
public:
    async::Task<Result<std::optional<User>>> find_by_email(std::string email, Deadline) override {
        const auto user = std::ranges::find(users, email, &User::email);
        co_return user == users.end() ? std::optional<User>() : *user;
    }

    async::Task<Result<std::int64_t>> seed_if_empty(std::vector<SeedUser> seeds,
                                                    Deadline) override {
        if (!users.empty()) {
            co_return 0;
        }
        for (SeedUser& seed : seeds) {
            const UserId id{static_cast<std::int64_t>(users.size()) + 1};
            users.push_back({.id = id,
                             .email = std::move(seed.email),
                             .name = std::move(seed.name),
                             .roles = std::move(seed.roles)});
        }
        co_return static_cast<std::int64_t>(users.size());
    }

    async::Task<Result<bool>> bind_identity(UserId user, std::string email, std::string issuer,
                                            std::string subject, Deadline) override {
        const std::string person = issuer + " " + subject;
        const auto bound = std::ranges::find(users, user, &User::id);
        if (bound == users.end() || bound->email != email) {
            co_return false;
        }
        for (const auto& [id, known] : people) {
            if (id == user || known == person) {
                co_return id == user&& known == person;
            }
        }
        people[user] = person;
        co_return true;
    }

    std::vector<User> users;
    std::map<UserId, std::string> people;  // "issuer subject"
};

class MemoryTokenStore final : public identity::TokenStore {
public:
    explicit MemoryTokenStore(MemoryUserStore& users) : users_(users) {}

    async::Task<Result<std::optional<TokenRecord>>> find_by_hash(std::string hash,
                                                                 Deadline) override {
        ++lookups;
        if (away) {
            co_return Errc::database_unavailable;
        }
        const auto at = tokens.find(hash);
        if (at == tokens.end()) {
            co_return std::optional<TokenRecord>();
        }
        TokenRecord record = at->second;
        const auto owner = std::ranges::find(users_.users, record.owner_id, &User::id);
        record.owner_email = owner->email;
        record.owner_name = owner->name;
        record.owner_suspended = owner->suspended;
        record.owner_locked = owner->locked;
        co_return record;
    }

    async::Task<Result<ApiTokenId>> create(NewToken token, Deadline) {
        if (std::ranges::find(users_.users, token.owner, &User::id) == users_.users.end()) {
            co_return Errc::not_found;
        }
        for (const auto& [hash, record] : tokens) {
            if (record.name == token.name) {
                co_return Errc::already_exists;
            }
        }
        const ApiTokenId id{++last_id};
        tokens[token.hash] = {.id = id,
                              .name = token.name,
                              .permissions = token.permissions,
                              .expires_at = token.expires_at,
                              .owner_id = token.owner};
        co_return id;
    }

    async::Task<Result<void>> touch(std::vector<ApiTokenId> ids, Timestamp at, Deadline) override {
        for (const ApiTokenId id : ids) {
            last_used[id] = at;
        }
        co_return Result<void>();
    }

    std::map<std::string, TokenRecord> tokens;  // by hash
    std::map<ApiTokenId, Timestamp> last_used;
    int lookups = 0;
    std::int64_t last_id = 0;
    bool away = false;

private:
    MemoryUserStore& users_;
};

class MemoryLoginStateStore final : public identity::LoginStateStore {
public:
    async::Task<Result<bool>> use_once(std::string state_hash, Timestamp, Deadline) override {
        co_return used.insert(std::move(state_hash)).second;
    }
    std::set<std::string> used;
};

class MemorySessionStore final : public identity::SessionStore {
public:
    explicit MemorySessionStore(MemoryUserStore& users) : users_(users) {}

    async::Task<Result<std::optional<identity::SessionRecord>>> find_session(std::string hash,
                                                                             Deadline) override {
        ++lookups;
        const auto at = std::ranges::find(sessions, hash, &Stored::hash);
        if (at == sessions.end()) {
            co_return std::optional<identity::SessionRecord>();
        }
        identity::SessionRecord record = at->record;
        const auto user = std::ranges::find(users_.users, record.user_id, &User::id);
        record.user_email = user->email;
        record.user_name = user->name;
        record.user_roles = user->roles;
        record.user_suspended = user->suspended;
        record.user_locked = user->locked;
        co_return record;
    }

    async::Task<Result<SessionId>> create(identity::NewSession made, Deadline) override {
        if (std::ranges::find(users_.users, made.user, &User::id) == users_.users.end()) {
            co_return Errc::not_found;
        }
        const SessionId id{static_cast<std::int64_t>(sessions.size()) + 1};
        sessions.push_back({.hash = made.hash,
                            .made = made,
                            .last_seen_at = made.created_at,
                            .record = {.id = id,
                                       .channel = made.channel,
                                       .expires_at = made.expires_at,
                                       .absolute_expires_at = made.absolute_expires_at,
                                       .mfa_verified_at = made.mfa_verified_at,
                                       .recent_step_up_at = made.recent_step_up_at,
                                       .trusted_device_id = made.trusted_device_id,
                                       .user_id = made.user}});
        co_return id;
    }

    async::Task<Result<void>> touch(std::vector<identity::SessionUse> uses, Deadline) override {
        for (const identity::SessionUse& use : uses) {
            const auto at = find(use.id);
            if (at != sessions.end() && !at->record.revoked) {
                at->last_seen_at = std::max(at->last_seen_at, use.at);
                at->record.expires_at = std::min(std::max(at->record.expires_at, use.expires_at),
                                                 at->record.absolute_expires_at);
            }
        }
        co_return Result<void>();
    }

    async::Task<Result<std::int64_t>> shorten(identity::SessionLimits limits, Timestamp now,
                                              Deadline) override {
        std::int64_t count = 0;
        for (Stored& stored : sessions) {
            identity::SessionRecord& record = stored.record;
            const Timestamp over_at =
                std::min<Timestamp>(record.absolute_expires_at,
                                    stored.made.created_at + limits.absolute(record.channel));
            const Timestamp idle_until = std::min<Timestamp>(
                {record.expires_at, now + limits.idle(record.channel), over_at});
            if (is_active(stored, now) &&
                (idle_until < record.expires_at || over_at < record.absolute_expires_at)) {
                record.absolute_expires_at = over_at;
                record.expires_at = idle_until;
                ++count;
            }
        }
        co_return count;
    }

    async::Task<Result<bool>> revoke(UserId user, SessionId session, Timestamp, std::string,
                                     Deadline) override {
        const auto at = find(session);
        if (at == sessions.end() || at->record.user_id != user) {
            co_return false;
        }
        co_return !std::exchange(at->record.revoked, true);
    }

    async::Task<Result<bool>> has_session(UserId user, SessionId session, Deadline) override {
        const auto at = find(session);
        co_return at != sessions.end() && at->record.user_id == user;
    }

    async::Task<Result<std::int64_t>> revoke_all(UserId user, Timestamp now, std::string,
                                                 Deadline) override {
        std::int64_t count = 0;
        for (Stored& stored : sessions) {
            if (stored.record.user_id == user && is_active(stored, now)) {
                stored.record.revoked = true;
                ++count;
            }
        }
        co_return count;
    }

    async::Task<Result<std::vector<identity::SessionSummary>>> list_active(UserId user,
                                                                           Timestamp now,
                                                                           Deadline) override {
        std::vector<identity::SessionSummary> list;
        for (const Stored& stored : sessions) {
            if (stored.record.user_id == user && is_active(stored, now)) {
                list.push_back({.id = stored.record.id,
                                .channel = stored.record.channel,
                                .created_at = stored.made.created_at,
                                .last_seen_at = stored.last_seen_at,
                                .expires_at = stored.record.expires_at,
                                .ip_address = stored.made.ip_address,
                                .user_agent = stored.made.user_agent,
                                .metadata = std::nullopt});
            }
        }
        std::ranges::sort(list, std::ranges::greater(), &identity::SessionSummary::last_seen_at);
        co_return list;
    }

    struct Stored {
        std::string hash;
        identity::NewSession made;
        Timestamp last_seen_at{};
        identity::SessionRecord record;
    };
    std::vector<Stored> sessions;
    int lookups = 0;

private:
    static bool is_active(const Stored& stored, Timestamp now) {
        return !stored.record.revoked && stored.record.expires_at > now;
    }
    std::vector<Stored>::iterator find(SessionId id) {
        return std::ranges::find_if(sessions,
                                    [id](const Stored& stored) { return stored.record.id == id; });
    }

    MemoryUserStore& users_;
};

}  // namespace rgw::identity_testing
