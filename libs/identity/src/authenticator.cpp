#include "rgw/identity/authenticator.hpp"

#include <array>
#include <cstring>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

#include "rgw/base/log.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::identity {
namespace {

using Answer = boost::system::result<PrincipalPtr, Refusal>;

constexpr std::size_t max_entries = 10'000;

// A SHA-256 is as good a hash as any: its first bytes.
struct DigestHash {
    std::size_t operator()(const crypto::Digest& digest) const noexcept {
        std::size_t value = 0;
        std::memcpy(&value, digest.data(), sizeof value);
        return value;
    }
};

// A stored text that is no permission of ours (a token another version made) grants nothing; the
// others of its token hold.
access::PermissionSet compile_known(const TokenRecord& record) {
    access::PermissionSet set;
    for (const std::string& text : record.permissions) {
        const auto compiled = access::compile(std::span(&text, 1));
        if (compiled) {
            set |= *compiled;
        } else {
            log::warn("a token holds a permission that does not exist",
                      {{"token_id", record.id.value}, {"permission", text}});
        }
    }
    return set;
}

PrincipalPtr principal_of(const TokenRecord& record, std::string credential_hash) {
    return std::make_shared<const Principal>(Principal{
        .user_id = record.owner_id,
        .email = record.owner_email,
        .name = record.owner_name,
        .api_token_id = record.id,
        .api_token_name = record.name,
        .permissions = compile_known(record),
        .expires_at = record.expires_at,
        .credential_hash = std::move(credential_hash),
    });
}

bool is_expired(const std::optional<Timestamp>& expires_at, Timestamp now) {
    return expires_at && *expires_at <= now;
}

Answer judge(const std::optional<TokenRecord>& found, std::string credential_hash, Timestamp now) {
    if (!found) {
        return Refusal{Errc::token_unknown, nullptr};
    }
    const TokenRecord& record = *found;
    PrincipalPtr principal = principal_of(record, std::move(credential_hash));
    if (record.owner_suspended) {
        return Refusal{Errc::owner_suspended, std::move(principal)};
    }
    if (record.owner_locked) {
        return Refusal{Errc::owner_locked, std::move(principal)};
    }
    if (is_expired(record.expires_at, now)) {
        return Refusal{Errc::token_expired, std::move(principal)};
    }
    return principal;
}

}  // namespace

struct Authenticator::State {
    State(TokenStore& s, const Clock& c) : store(s), clock(c) {}

    TokenStore& store;
    const Clock& clock;

    std::mutex mutex;  // guards what follows; never held across an await
    std::unordered_map<crypto::Digest, PrincipalPtr, DigestHash> cache;
    std::unordered_set<ApiTokenId> used;
    std::uint64_t generation = 0;  // of the cache's knowledge: grows with every invalidation
    bool listening = false;

    struct Found {
        PrincipalPtr principal;
        std::uint64_t generation;
    };

    Found find(const crypto::Digest& key) {
        const std::lock_guard lock(mutex);
        const auto at = cache.find(key);
        if (at == cache.end()) {
            return {.principal = nullptr, .generation = generation};
        }
        note_use(*at->second);
        return {.principal = at->second, .generation = generation};
    }

    void remember(const crypto::Digest& key, const PrincipalPtr& principal,
                  std::uint64_t loaded_in) {
        const std::lock_guard lock(mutex);
        note_use(*principal);
        if (!listening || generation != loaded_in) {
            return;
        }
        if (cache.size() >= max_entries) {
            cache.erase(cache.begin());  // any one: a busy token is back with its next call
        }
        cache.insert_or_assign(key, principal);
    }

    // The mutex is held.
    void note_use(const Principal& principal) {
        if (principal.api_token_id) {
            used.insert(*principal.api_token_id);
        }
    }

    template <class Drop>
    void invalidate(Drop drop) {
        const std::lock_guard lock(mutex);
        ++generation;
        std::erase_if(cache, [&](const auto& entry) { return drop(*entry.second); });
    }
};

Authenticator::Authenticator(TokenStore& store, const Clock& clock)
    : state_(std::make_unique<State>(store, clock)) {}

Authenticator::~Authenticator() = default;

async::Task<Answer> Authenticator::authenticate(std::string token, Deadline deadline) {
    if (!token.starts_with(api_token_prefix)) {
        co_return Refusal{Errc::token_unknown, nullptr};
    }
    const crypto::Digest key = crypto::sha256(token);
    const State::Found found = state_->find(key);
    if (found.principal) {
        if (is_expired(found.principal->expires_at, state_->clock.now())) {
            co_return Refusal{Errc::token_expired, found.principal};
        }
        co_return found.principal;
    }
    Answer answer = co_await renew(crypto::hex(key), deadline);
    if (answer) {
        state_->remember(key, *answer, found.generation);
    }
    co_return answer;
}

async::Task<Answer> Authenticator::renew(std::string credential_hash, Deadline deadline) {
    const auto loaded = co_await state_->store.find_by_hash(credential_hash, deadline);
    if (!loaded) {
        co_return Refusal{loaded.error(), nullptr};
    }
    co_return judge(*loaded, std::move(credential_hash), state_->clock.now());
}

void Authenticator::invalidate_user(UserId user) {
    state_->invalidate([user](const Principal& p) { return p.user_id == user; });
}

void Authenticator::invalidate_token(ApiTokenId token) {
    state_->invalidate([token](const Principal& p) { return p.api_token_id == token; });
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

std::vector<ApiTokenId> Authenticator::take_used() {
    const std::lock_guard lock(state_->mutex);
    std::vector<ApiTokenId> tokens(state_->used.begin(), state_->used.end());
    state_->used.clear();
    return tokens;
}

}  // namespace rgw::identity
