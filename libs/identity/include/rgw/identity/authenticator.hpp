#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/principal.hpp"
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

// Turns a credential into a principal: cache first, then the store. Thread-safe; called on worker
// loops.
//
// The cache holds answers by SHA-256 of the token. invalidate_…() (from the LISTEN connection)
// drops entries; while `listening` is false (as at first) the cache is bypassed, not trusted. A
// load that began before an invalidation is never cached. Refusals are never cached, so a new token
// works at once; expiry is looked at on every call.
class Authenticator {
public:
    Authenticator(TokenStore& store, const Clock& clock);
    ~Authenticator();

    // Refusal codes: token_unknown, token_expired, owner_locked, owner_suspended; database_* when
    // the store cannot be asked.
    async::Task<boost::system::result<PrincipalPtr, Refusal>> authenticate(std::string token,
                                                                           Deadline deadline);

    // The same about a credential that was let in before, asked of the store and not of the cache:
    // for what goes on after the call was let through.
    async::Task<boost::system::result<PrincipalPtr, Refusal>> renew(std::string credential_hash,
                                                                    Deadline deadline);

    void invalidate_user(UserId user);
    void invalidate_token(ApiTokenId token);
    void invalidate_all();
    // Either way the cache starts empty: what changed while nobody listened is not known.
    void set_listening(bool listening);

    // The tokens that authenticated since the last call, for one TokenStore::touch() a minute.
    [[nodiscard]] std::vector<ApiTokenId> take_used();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rgw::identity
