#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

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

    std::vector<User> users;
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

    async::Task<Result<ApiTokenId>> create(NewToken token, Deadline) override {
        if (std::ranges::find(users_.users, token.owner, &User::id) == users_.users.end()) {
            co_return Errc::not_found;
        }
        for (const auto& [hash, record] : tokens) {
            if (record.name == token.name) {
                co_return Errc::already_exists;
            }
        }
        const ApiTokenId id{static_cast<std::int64_t>(tokens.size()) + 1};
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
    bool away = false;

private:
    MemoryUserStore& users_;
};

}  // namespace rgw::identity_testing
