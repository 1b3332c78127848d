#include "rgw/identity/authenticator.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "judgement.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::identity {
namespace {

constexpr std::size_t max_entries = 10'000;

// A SHA-256 is as good a hash as any: its first bytes.
struct DigestHash {
    std::size_t operator()(const crypto::Digest& digest) const noexcept {
        std::size_t value = 0;
        std::memcpy(&value, digest.data(), sizeof value);
        return value;
    }
};

struct SessionInUse {
    SessionUse use;
    Channel channel = Channel::web;
};

struct Entry {
    PrincipalPtr principal;
    Timestamp idle_until = Timestamp::max();  // moved on by use; of API tokens never
};

}  // namespace

struct Authenticator::State {
    State(TokenStore& t, SessionStore& s, const Clock& c) : tokens(t), sessions(s), clock(c) {}

    TokenStore& tokens;
    SessionStore& sessions;
    const Clock& clock;

    std::mutex mutex;  // guards what follows; never held across an await
    SessionLimits limits;
    std::unordered_map<crypto::Digest, Entry, DigestHash> cache;
    std::unordered_set<ApiTokenId> used_tokens;
    std::map<SessionId, SessionInUse> used_sessions;
    std::uint64_t generation = 0;  // of the cache's knowledge: grows with every invalidation
    bool listening = false;

    struct Found {
        PrincipalPtr principal;
        std::uint64_t generation;
    };

    Found find(const crypto::Digest& key, Activity activity) {
        const Timestamp now = clock.now();
        const std::lock_guard lock(mutex);
        const auto at = cache.find(key);
        if (at != cache.end() && at->second.idle_until <= now) {
            cache.erase(at);
            return {.principal = nullptr, .generation = generation};
        }
        if (at == cache.end()) {
            return {.principal = nullptr, .generation = generation};
        }
        note_use(at->second, activity, now);
        return {.principal = at->second.principal, .generation = generation};
    }

    void remember(const crypto::Digest& key, Entry entry, Activity activity,
                  std::uint64_t loaded_in) {
        const Timestamp now = clock.now();
        const std::lock_guard lock(mutex);
        note_use(entry, activity, now);
        if (!listening || generation != loaded_in) {
            return;
        }
        if (cache.size() >= max_entries) {
            cache.erase(cache.begin());  // any one: a busy caller is back with its next call
        }
        cache.insert_or_assign(key, std::move(entry));
    }

    // The mutex is held.
    void note_use(Entry& entry, Activity activity, Timestamp now) {
        const Principal& principal = *entry.principal;
        if (principal.api_token_id) {
            used_tokens.insert(*principal.api_token_id);
        } else if (principal.session && activity == Activity::person) {
            const Timestamp idle_until =
                std::min<Timestamp>(now + limits.idle(principal.session->channel),
                                    principal.expires_at.value_or(Timestamp::max()));
            entry.idle_until = idle_until;
            used_sessions[principal.session->id] = {
                .use = {.id = principal.session->id, .at = now, .expires_at = idle_until},
                .channel = principal.session->channel};
        }
    }

    template <class Drop>
    void invalidate(Drop drop) {
        const std::lock_guard lock(mutex);
        ++generation;
        std::erase_if(cache, [&](const auto& entry) { return drop(*entry.second.principal); });
    }

    struct Loaded {
        Answer answer;
        Timestamp idle_until;
    };
    async::Task<Loaded> load_token(std::string hash, Deadline deadline) {
        const auto found = co_await tokens.find_by_hash(hash, deadline);
        Answer answer = found ? judge(*found, std::move(hash), clock.now())
                              : Answer(Refusal{found.error(), nullptr});
        co_return Loaded{std::move(answer), Timestamp::max()};
    }
    async::Task<Loaded> load_session(std::string hash, IdleLimit idle_limit, Deadline deadline) {
        const auto found = co_await sessions.find_session(hash, deadline);
        if (!found) {
            co_return Loaded{Refusal{found.error(), nullptr}, Timestamp::max()};
        }
        const Timestamp idle_until = *found ? (*found)->expires_at : Timestamp::max();
        co_return Loaded{judge(*found, std::move(hash), clock.now(), idle_limit), idle_until};
    }
};

Authenticator::Authenticator(TokenStore& tokens, SessionStore& sessions, const Clock& clock)
    : state_(std::make_unique<State>(tokens, sessions, clock)) {}

Authenticator::~Authenticator() = default;

async::Task<Answer> Authenticator::authenticate(std::string credential, Activity activity,
                                                Deadline deadline) {
    const crypto::Digest key = crypto::sha256(credential);
    const State::Found found = state_->find(key, activity);
    if (found.principal) {
        const auto& expires_at = found.principal->expires_at;
        if (expires_at && *expires_at <= state_->clock.now()) {
            const Errc why = found.principal->session ? Errc::session_expired : Errc::token_expired;
            co_return Refusal{why, found.principal};
        }
        co_return found.principal;
    }
    std::string hash = crypto::hex(key);
    auto loading = credential.starts_with(api_token_prefix)
                       ? state_->load_token(std::move(hash), deadline)
                       : state_->load_session(std::move(hash), IdleLimit::holds, deadline);
    const State::Loaded loaded = co_await std::move(loading);
    if (loaded.answer) {
        state_->remember(key, {*loaded.answer, loaded.idle_until}, activity, found.generation);
    }
    co_return loaded.answer;
}

async::Task<Answer> Authenticator::renew(PrincipalPtr known, Deadline deadline) {
    auto loading = known->session
                       ? state_->load_session(known->credential_hash, IdleLimit::waived, deadline)
                       : state_->load_token(known->credential_hash, deadline);
    const State::Loaded loaded = co_await std::move(loading);
    if (loaded.answer) {
        const std::lock_guard lock(state_->mutex);
        Entry entry{*loaded.answer};
        state_->note_use(entry, Activity::person, state_->clock.now());
    }
    co_return loaded.answer;
}

// A shorter limit holds for the sessions there are as well: from now on.
void Authenticator::set_session_limits(const SessionLimits& limits) {
    const Timestamp now = state_->clock.now();
    const std::lock_guard lock(state_->mutex);
    state_->limits = limits;
    for (auto& [key, entry] : state_->cache) {
        if (const auto& session = entry.principal->session) {
            entry.idle_until =
                std::min<Timestamp>(entry.idle_until, now + limits.idle(session->channel));
        }
    }
    for (auto& [id, used] : state_->used_sessions) {
        used.use.expires_at =
            std::min<Timestamp>(used.use.expires_at, now + limits.idle(used.channel));
    }
}

SessionLimits Authenticator::session_limits() const {
    const std::lock_guard lock(state_->mutex);
    return state_->limits;
}

void Authenticator::invalidate_user(UserId user) {
    state_->invalidate([user](const Principal& p) { return p.user_id == user; });
}

void Authenticator::invalidate_token(ApiTokenId token) {
    state_->invalidate([token](const Principal& p) { return p.api_token_id == token; });
}

void Authenticator::invalidate_session(SessionId session) {
    state_->invalidate(
        [session](const Principal& p) { return p.session && p.session->id == session; });
}

void Authenticator::invalidate_all() {
    state_->invalidate([](const Principal&) { return true; });
}

void Authenticator::set_listening(bool listening) {
    const std::lock_guard lock(state_->mutex);
    ++state_->generation;
    state_->cache.clear();
    state_->listening = listening;
}

Used Authenticator::take_used() {
    const std::lock_guard lock(state_->mutex);
    Used used;
    used.tokens.assign(state_->used_tokens.begin(), state_->used_tokens.end());
    state_->used_tokens.clear();
    for (const auto& [id, in_use] : state_->used_sessions) {
        used.sessions.push_back(in_use.use);
    }
    state_->used_sessions.clear();
    return used;
}

}  // namespace rgw::identity
