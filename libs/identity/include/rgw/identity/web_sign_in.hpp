#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/login_state_store.hpp"
#include "rgw/identity/oidc_client.hpp"
#include "rgw/identity/pending_login.hpp"
#include "rgw/identity/session_store.hpp"
#include "rgw/identity/user_store.hpp"

namespace rgw::identity {

// Where the browser signs in, and under which cookie it keeps the sign-in meanwhile.
struct BegunSignIn {
    std::string url;
    std::string cookie_name;
    std::string cookie;
};

// What the provider sent the browser back with, and the cookie that belongs to it.
struct SignInAnswer {
    Secret code;
    std::string state;
    std::string cookie;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
};

enum class NextStep : std::uint8_t { enter, enroll, challenge };

struct SignedIn {
    User user;
    SessionId session;
    Secret session_text;
    NextStep next = NextStep::enter;  // whether a second factor stands before the target
    std::string return_to;
};

// A sign-in that failed, with the user as far as one is known, for its event.
struct SignInRefusal {
    Error error;
    std::string email;  // "" when the provider did not vouch for one
};
[[noreturn]] inline void throw_exception_from_error(const SignInRefusal& refusal,
                                                    const boost::source_location&) {
    throw ErrorException(refusal.error);
}

// Signing in with a browser: authorization code with PKCE, the state bound to the browser by a
// sealed cookie and good for one return, a nonce, a verified identity, a user that exists and may
// sign in, a session. Nobody becomes a user by signing in. A user is bound to the provider's own
// key of the person at the first sign-in: an address can be given to somebody else. Lives on the
// loop of its OidcClient.
class WebSignIn {
public:
    struct Parts {
        OidcClient& client;
        UserStore& users;
        SessionStore& sessions;
        LoginStateStore& used_states;
        const Clock& clock;
        Secret key;                // of the cookies
        std::string redirect_uri;  // the callback's
        std::function<SessionLimits()> limits;
    };
    explicit WebSignIn(Parts parts) : parts_(std::move(parts)) {}

    // `return_to` that check_return_to() refuses is left out. Error: sign_in_unavailable.
    async::Task<Result<BegunSignIn>> begin(std::string return_to, Deadline deadline);

    // `mfa_required`: of the settings, for everybody. Errors: sign_in_refused with the reason;
    // owner_locked, owner_suspended; sign_in_unavailable; database_*.
    enum class MfaRequired : std::uint8_t { no, yes };
    async::Task<boost::system::result<SignedIn, SignInRefusal>> finish(SignInAnswer answer,
                                                                       MfaRequired mfa_required,
                                                                       Deadline deadline);

private:
    async::Task<Result<User>> find_person(IdTokenClaims claims, Deadline deadline);
    async::Task<Result<SignedIn>> open_session(User user, const SignInAnswer& answer,
                                               MfaRequired mfa_required, Deadline deadline);

    Parts parts_;
};

}  // namespace rgw::identity
