#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/principal.hpp"
#include "rgw/identity/session_store.hpp"
#include "rgw/identity/token_store.hpp"

namespace rgw::identity {

// A refusal with what could be found out about the caller, for its audit event.
struct Refusal {
    Error error;
    PrincipalPtr known;  // the owner and token of an expired or locked credential; may be null
};

// What value() throws when there is a refusal: an unchecked answer is a bug of the caller.
[[noreturn]] inline void throw_exception_from_error(const Refusal& refusal,
                                                    const boost::source_location&) {
    throw ErrorException(refusal.error);
}

// Whether a call shows that somebody is there: what a page asks by itself does not, and does not
// move the idle limit of its session.
enum class Activity : std::uint8_t { person, background };

// What was used since the last time, to be written at once.
struct Used {
    std::vector<ApiTokenId> tokens;
    std::vector<SessionUse> sessions;
};

// Turns a credential (an API token "rgw_…", else a session) into a principal: cache first, then the
// store. Thread-safe; called on worker loops.
//
// The cache holds answers by SHA-256 of the credential. invalidate_…() (from the LISTEN connection)
// drops entries; while `listening` is false (as at first) the cache is bypassed, not trusted. A
// load that began before an invalidation is never cached. Refusals are never cached, so a new
// credential works at once; expiry is looked at on every call. A session whose idle limit has
// passed here is asked for again: another replica may have seen its person since.
class Authenticator {
public:
    Authenticator(TokenStore& tokens, SessionStore& sessions, const Clock& clock);
    ~Authenticator();

    // Refusal codes: token_unknown, token_expired, session_expired, session_revoked, owner_locked,
    // owner_suspended; database_* when the store cannot be asked.
    async::Task<boost::system::result<PrincipalPtr, Refusal>> authenticate(std::string credential,
                                                                           Activity activity,
                                                                           Deadline deadline);

    // The same about somebody who was let in before, asked of the store and not of the cache: for
    // what goes on after the call was let through. It keeps a session from being idle.
    async::Task<boost::system::result<PrincipalPtr, Refusal>> renew(PrincipalPtr known,
                                                                    Deadline deadline);

    // Of the settings; from any thread.
    void set_session_limits(const SessionLimits& limits);
    [[nodiscard]] SessionLimits session_limits() const;

    void invalidate_user(UserId user);
    void invalidate_token(ApiTokenId token);
    void invalidate_session(SessionId session);
    void invalidate_all();
    // Either way the cache starts empty: what changed while nobody listened is not known.
    void set_listening(bool listening);

    // What authenticated since the last call, for one touch() of each store a minute.
    [[nodiscard]] Used take_used();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rgw::identity
