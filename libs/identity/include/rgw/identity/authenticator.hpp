#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/principal.hpp"
#include "rgw/identity/token_store.hpp"

namespace rgw::identity {

// The password of Basic or the value of Bearer, as text. `presented` is false when there is no
// Authorization header at all. Errors: credential_malformed.
struct Credential {
    bool presented = false;
    std::string token;
};
[[nodiscard]] Result<Credential> parse_authorization(std::optional<std::string_view> header);

// A refusal with what could be found out about the caller, for its audit event.
struct Refusal {
    Error error;
    PrincipalPtr known;  // the owner and token of an expired or locked credential; may be null
};

// Turns a credential into a principal: cache first, then the store. Thread-safe; called on worker loops.
//
// The cache holds answers by SHA-256 of the token. invalidate() (from the LISTEN connection) drops
// entries; while `listening` is false the cache is bypassed, not trusted. A load that began before an
// invalidation is never cached.
class Authenticator {
public:
    Authenticator(TokenStore& store, const Clock& clock);
    ~Authenticator();

    // Refusal codes: token_unknown, token_expired, owner_locked, owner_suspended; database_* when the
    // store cannot be asked.
    async::Task<boost::system::result<PrincipalPtr, Refusal>> authenticate(std::string token,
                                                                           Deadline deadline);

    void invalidate_user(UserId user);
    void invalidate_token(ApiTokenId token);
    void invalidate_all();
    void set_listening(bool listening);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rgw::identity
