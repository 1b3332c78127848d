#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/identity/token_directory.hpp"
#include "rgw/identity/user_directory.hpp"
#include "rgw/identity_testing/memory_stores.hpp"

namespace rgw::identity_testing {

using identity::TokenProfile;
using identity::UserProfile;
using identity::UserReference;

inline std::optional<UserReference> reference_to(const std::vector<User>& users,
                                                 std::optional<UserId> id) {
    const auto user = std::ranges::find_if(users, [&](const User& u) { return u.id == id; });
    if (user == users.end()) {
        return std::nullopt;
    }
    return UserReference{.id = user->id, .email = user->email, .name = user->name};
}

// On the users and sessions of the memory stores.
class MemoryUserDirectory final : public identity::UserDirectory {
public:
    MemoryUserDirectory(MemoryUserStore& users, MemorySessionStore& sessions)
        : users_(users), sessions_(sessions) {}

    async::Task<Result<std::vector<UserProfile>>> list(Deadline) override {
        std::vector<UserProfile> profiles;
        for (const User& user : users_.users) {
            profiles.insert(profiles.begin(), profile(user));
        }
        co_return profiles;
    }

    async::Task<Result<std::optional<UserProfile>>> find(std::string email, Deadline) override {
        const auto user = at(email);
        co_return user == users_.users.end() ? std::optional<UserProfile>()
                                             : std::optional(profile(*user));
    }

    async::Task<Result<UserProfile>> create(identity::NewUser made, Timestamp now,
                                            Deadline) override {
        if (at(made.email) != users_.users.end()) {
            co_return Error(Errc::already_exists, "user already exists");
        }
        const UserId id{++last_id_};
        more_[id] = {.created_by = made.created_by, .created_at = now, .updated_at = now};
        users_.users.push_back(
            {.id = id, .email = made.email, .name = made.name, .roles = made.roles});
        co_return profile(users_.users.back());
    }

    async::Task<Result<identity::ChangedUser>> change(std::string email, identity::UserRule rule,
                                                      Timestamp now, Deadline) override {
        const auto user = at(email);
        if (user == users_.users.end()) {
            co_return Error(Errc::not_found, "user not found");
        }
        const UserProfile before = profile(*user);
        const auto other_admins = std::ranges::count_if(users_.users, [&](const User& other) {
            return other.id != user->id && !other.locked && !other.suspended &&
                   std::ranges::find(other.roles, "admin") != other.roles.end();
        });
        const auto change = rule({.user = before, .other_admins = other_admins});
        if (!change) {
            co_return change.error();
        }
        if (change->email && at(*change->email) != users_.users.end() &&
            *change->email != user->email) {
            co_return Error(Errc::already_exists, "email already in use");
        }
        if (!change->sessions_end_because.empty()) {
            for (auto& session : sessions_.sessions) {
                session.record.revoked |= session.record.user_id == user->id;
            }
        }
        if (change->fate == identity::UserFate::is_removed) {
            remove(user->id);
            co_return identity::ChangedUser{.before = before, .after = before};
        }
        apply(*user, *change, now);
        co_return identity::ChangedUser{.before = before, .after = profile(*user)};
    }

private:
    struct More {
        std::optional<UserId> created_by;
        Timestamp created_at{};
        Timestamp updated_at{};
        Timestamp locked_at{};
        std::string lock_reason;
        std::optional<UserId> locked_by;
    };

    std::vector<User>::iterator at(const std::string& email) {
        return std::ranges::find(users_.users, email, &User::email);
    }

    UserProfile profile(const User& user) {
        const More& more = more_[user.id];
        last_id_ = std::max(last_id_, user.id.value);
        UserProfile profile{.user = user,
                            .created_at = more.created_at,
                            .updated_at = more.updated_at,
                            .created_by = reference_to(users_.users, more.created_by)};
        if (user.locked) {
            profile.lock = {.at = more.locked_at,
                            .reason = more.lock_reason,
                            .by = reference_to(users_.users, more.locked_by)};
        }
        return profile;
    }

    void apply(User& user, const identity::UserChange& change, Timestamp now) {
        More& more = more_[user.id];
        more.updated_at = now;
        if (change.email) {
            user.email = *change.email;
            users_.people.erase(user.id);
        }
        user.name = change.name.value_or(user.name);
        user.roles = change.roles.value_or(user.roles);
        if (change.fate == identity::UserFate::is_locked) {
            user.locked = true;
            more.locked_at = now;
            more.lock_reason = change.lock_reason;
            more.locked_by = change.locked_by;
        } else if (change.fate == identity::UserFate::is_unlocked) {
            user.locked = false;
        }
    }

    void remove(UserId id) {
        std::erase_if(sessions_.sessions,
                      [&](const auto& session) { return session.record.user_id == id; });
        std::erase_if(users_.users, [&](const User& user) { return user.id == id; });
    }

    MemoryUserStore& users_;
    MemorySessionStore& sessions_;
    std::map<UserId, More> more_;
    std::int64_t last_id_ = 0;
};

// On the tokens of the memory store.
class MemoryTokenDirectory final : public identity::TokenDirectory {
public:
    MemoryTokenDirectory(MemoryTokenStore& tokens, MemoryUserStore& users)
        : tokens_(tokens), users_(users) {}

    async::Task<Result<std::vector<TokenProfile>>> list(std::optional<UserId> owner,
                                                        Deadline) override {
        std::vector<TokenProfile> found;
        for (const Stored& stored : stored_) {
            if (!owner || stored.profile.owner.id == *owner) {
                found.insert(found.begin(), profile(stored));
            }
        }
        co_return found;
    }

    async::Task<Result<std::optional<TokenProfile>>> find(std::string public_id,
                                                          Deadline) override {
        const auto stored = at(public_id);
        co_return stored == stored_.end() ? std::optional<TokenProfile>()
                                          : std::optional(profile(*stored));
    }

    async::Task<Result<TokenProfile>> create(identity::NewToken token, Timestamp now,
                                             Deadline deadline) override {
        const Result<ApiTokenId> id = co_await tokens_.create(token, deadline);
        if (!id) {
            const bool taken = id.error().code == Errc::already_exists;
            co_return Error(id.error().code,
                            taken ? "token name already exists" : "user not found");
        }
        std::string digits = std::to_string(id->value);
        stored_.push_back({.hash = token.hash,
                           .created_by = token.created_by,
                           .profile = {.id = *id,
                                       .public_id = "00000000-0000-4000-8000-" +
                                                    std::string(12 - digits.size(), '0') + digits,
                                       .name = token.name,
                                       .owner = {.id = token.owner, .email = "", .name = ""},
                                       .permissions = token.permissions,
                                       .created_at = now,
                                       .expires_at = token.expires_at}});
        co_return profile(stored_.back());
    }

    async::Task<Result<identity::ChangedToken>> change(std::string public_id,
                                                       identity::TokenRule rule,
                                                       Deadline) override {
        const auto stored = at(public_id);
        if (stored == stored_.end()) {
            co_return Error(Errc::not_found, "token not found");
        }
        const TokenProfile before = profile(*stored);
        const auto change = rule(before);
        if (!change) {
            co_return change.error();
        }
        const bool taken =
            change->name && std::ranges::any_of(stored_, [&](const Stored& other) {
                return other.profile.id != before.id && other.profile.name == *change->name;
            });
        if (taken) {
            co_return Error(Errc::already_exists, "token name already exists");
        }
        if (change->fate == identity::TokenFate::is_removed) {
            std::erase_if(tokens_.tokens,
                          [&](const auto& entry) { return entry.second.id == before.id; });
            stored_.erase(stored);
            co_return identity::ChangedToken{.before = before, .after = before};
        }
        apply(*stored, *change);
        co_return identity::ChangedToken{.before = before, .after = profile(*stored)};
    }

private:
    struct Stored {
        std::string hash;
        std::optional<UserId> created_by;
        TokenProfile profile;
    };

    std::vector<Stored>::iterator at(const std::string& public_id) {
        return std::ranges::find_if(
            stored_, [&](const Stored& stored) { return stored.profile.public_id == public_id; });
    }

    TokenProfile profile(const Stored& stored) {
        TokenProfile profile = stored.profile;
        profile.owner = reference_to(users_.users, profile.owner.id).value_or(profile.owner);
        profile.created_by = reference_to(users_.users, stored.created_by);
        if (const auto used = tokens_.last_used.find(profile.id); used != tokens_.last_used.end()) {
            profile.last_used_at = used->second;
        }
        return profile;
    }

    void apply(Stored& stored, const identity::TokenChange& change) {
        TokenProfile& profile = stored.profile;
        profile.name = change.name.value_or(profile.name);
        profile.permissions = change.permissions.value_or(profile.permissions);
        profile.expires_at = change.expires_at ? change.expires_at : profile.expires_at;
        TokenRecord current = tokens_.tokens[stored.hash];
        current.name = profile.name;
        current.permissions = profile.permissions;
        current.expires_at = profile.expires_at;
        if (change.rotation) {
            profile.old_text_until = change.rotation->old_text_until;
            old_.erase(profile.id);
            if (profile.old_text_until) {
                old_[profile.id] = stored.hash;
            }
            stored.hash = change.rotation->hash;
        }
        std::erase_if(tokens_.tokens,
                      [&](const auto& entry) { return entry.second.id == profile.id; });
        tokens_.tokens[stored.hash] = current;
        if (const auto old = old_.find(profile.id); old != old_.end()) {
            current.expires_at =
                std::min(current.expires_at.value_or(Timestamp::max()), *profile.old_text_until);
            tokens_.tokens[old->second] = current;
        }
    }

    MemoryTokenStore& tokens_;
    MemoryUserStore& users_;
    std::vector<Stored> stored_;
    std::map<ApiTokenId, std::string> old_;  // the hash from before the last rotation
};

}  // namespace rgw::identity_testing
