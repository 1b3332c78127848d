#include "rgw/api/live_sessions.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include "rgw/access/decision.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds store_timeout{5};

bool has_expired(const identity::Principal& principal, Timestamp now) {
    return principal.expires_at && *principal.expires_at <= now;
}

}  // namespace

struct LiveSessions::Held {
    async::Loop& loop;
    access::Permission needed;
    End end;                           // of the loop; empty once it was called or the lease is over
    identity::PrincipalPtr principal;  // of the mutex, like `in_doubt`
    bool in_doubt = false;
    bool of_session = false;
};

struct LiveSessions::State {
    mutable std::mutex mutex;
    std::unordered_set<std::shared_ptr<Held>> leases;

    using Leases = std::vector<std::shared_ptr<Held>>;

    template <class Concerns>
    void doubt(Concerns concerns) {
        const std::lock_guard lock(mutex);
        for (const auto& held : leases) {
            held->in_doubt = held->in_doubt || concerns(*held->principal);
        }
    }

    Leases take_expired(Timestamp now) {
        const std::lock_guard lock(mutex);
        Leases expired;
        for (const auto& held : leases) {
            if (has_expired(*held->principal, now)) {
                expired.push_back(held);
            }
        }
        return expired;
    }

    // By credential, so that each is asked about once. What becomes doubtful meanwhile is left for
    // the next time.
    std::map<std::string, Leases> take_doubtful() {
        const std::lock_guard lock(mutex);
        std::map<std::string, Leases> doubtful;
        for (const auto& held : leases) {
            if (std::exchange(held->in_doubt, false)) {
                doubtful[held->principal->credential_hash].push_back(held);
            }
        }
        return doubtful;
    }

    static void end(const std::shared_ptr<Held>& held, const Error& reason) {
        held->loop.post([held, reason] {
            if (const End act = std::exchange(held->end, nullptr)) {
                act(reason);
            }
        });
    }
};

LiveSessions::LiveSessions() : state_(std::make_shared<State>()) {}

LiveSessions::Lease::~Lease() {
    if (held_) {
        held_->end = nullptr;
        const std::lock_guard lock(state_->mutex);
        state_->leases.erase(held_);
    }
}

LiveSessions::Lease LiveSessions::open(async::Loop& loop, identity::PrincipalPtr principal,
                                       access::Permission needed, End end) {
    const bool of_session = principal->session.has_value();
    auto held = std::make_shared<Held>(Held{.loop = loop,
                                            .needed = needed,
                                            .end = std::move(end),
                                            .principal = std::move(principal),
                                            // What changed since it was authenticated is not known.
                                            .in_doubt = true,
                                            .of_session = of_session});
    const std::lock_guard lock(state_->mutex);
    state_->leases.insert(held);
    return {state_, std::move(held)};
}

std::size_t LiveSessions::size() const {
    const std::lock_guard lock(state_->mutex);
    return state_->leases.size();
}

void LiveSessions::doubt_user(UserId user) {
    state_->doubt([user](const identity::Principal& p) { return p.user_id == user; });
}

void LiveSessions::doubt_token(ApiTokenId token) {
    state_->doubt([token](const identity::Principal& p) { return p.api_token_id == token; });
}

void LiveSessions::doubt_session(SessionId session) {
    state_->doubt(
        [session](const identity::Principal& p) { return p.session && p.session->id == session; });
}

void LiveSessions::doubt_all() {
    state_->doubt([](const identity::Principal&) { return true; });
}

async::Task<void> LiveSessions::judge(identity::Authenticator& authenticator, Timestamp now) {
    for (const auto& held : state_->take_expired(now)) {
        State::end(held, held->of_session ? Errc::session_expired : Errc::token_expired);
    }
    const auto doubtful = state_->take_doubtful();
    for (const auto& [credential, leases] : doubtful) {
        identity::PrincipalPtr known;
        {
            const std::lock_guard lock(state_->mutex);
            known = leases.front()->principal;
        }
        const auto renewed =
            co_await authenticator.renew(std::move(known), deadline_in(store_timeout));
        const bool cannot_ask = !renewed && info(renewed.error().error.code).http_status >= 500;
        for (const auto& held : leases) {
            if (cannot_ask) {
                const std::lock_guard lock(state_->mutex);
                held->in_doubt = true;
            } else if (!renewed) {
                State::end(held, renewed.error().error);
            } else if (auto may = access::decide((*renewed)->permissions, held->needed); !may) {
                State::end(held, may.error());
            } else {
                const std::lock_guard lock(state_->mutex);
                held->principal = *renewed;
            }
        }
    }
}

void LiveSessions::end_all(const Error& reason) {
    const std::lock_guard lock(state_->mutex);
    for (const auto& held : state_->leases) {
        State::end(held, reason);
    }
}

}  // namespace rgw::api
