#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/claimed_roles.hpp"
#include "rgw/identity/known_browsers.hpp"
#include "rgw/identity/login_state_store.hpp"
#include "rgw/identity/oidc_client.hpp"
#include "rgw/identity/pending_login.hpp"
#include "rgw/identity/person.hpp"
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
    std::string device_cookie;  // of a browser that may be trusted; "" without one
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
};

struct SignedIn {
    User user;
    SessionId session;
    Secret session_text;
    NextStep next = NextStep::enter;  // whether a second factor stands before the target
    std::string return_to;
    BrowserTrust trust;  // of one that would have been asked for a factor
};

// Signing in with a browser: authorization code with PKCE, the state bound to the browser by a
// sealed cookie and good for one return, a nonce, a verified identity, a user (find_person()), a
// session. Lives on the loop of its OidcClient.
class WebSignIn {
public:
    struct Parts {
        OidcClient& client;
        UserStore& users;
        SessionStore& sessions;
        LoginStateStore& used_states;
        ClaimedRoles& roles;
        KnownBrowsers* browsers = nullptr;  // null: none is trusted
        const Clock& clock;
        Secret key;                // of the cookies
        std::string redirect_uri;  // the callback's
        std::function<SessionLimits()> limits;
    };
    explicit WebSignIn(Parts parts) : parts_(std::move(parts)) {}

    // `return_to` that check_return_to() refuses is left out. Error: sign_in_unavailable.
    async::Task<Result<BegunSignIn>> begin(std::string return_to, Deadline deadline);

    // Errors: sign_in_refused with the reason; owner_locked, owner_suspended; sign_in_unavailable;
    // database_*.
    using MfaRequired = identity::MfaRequired;
    async::Task<boost::system::result<SignedIn, SignInRefusal>> finish(SignInAnswer answer,
                                                                       MfaRequired mfa_required,
                                                                       Deadline deadline);

private:
    async::Task<Result<BrowserTrust>> judge_browser(const User& user, const SignInAnswer& answer,
                                                    MfaRequired mfa_required, Deadline deadline);

    Parts parts_;
};

}  // namespace rgw::identity
