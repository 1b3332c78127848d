#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/crypto/aead.hpp"
#include "rgw/identity/cli_login_store.hpp"
#include "rgw/identity/cli_session.hpp"
#include "rgw/identity/oidc_client.hpp"
#include "rgw/identity/person.hpp"

namespace rgw::identity {

// Why a command line, or the browser that signs it in, does not get further.
enum class CliFault : std::uint8_t {
    expired,              // no such state, over, used, not with this verifier, not in this browser
    incomplete,           // nobody has come back from the provider yet
    exchange_failed,      // what the provider sent was not accepted
    unauthorized,         // there is no such user, or they may not sign in
    enrollment_required,  // a factor is asked of them and they have none
    factor_required,      // a factor is asked of them: it must be shown
    denied,               // the person said no
    decided,              // the person said yes before
    unavailable,          // ours: the provider or the database
};

struct CliRefusal {
    CliFault fault = CliFault::expired;
    Error error;        // for the event and the log
    std::string email;  // as far as somebody is known
};
[[noreturn]] inline void throw_exception_from_error(const CliRefusal& refusal,
                                                    const boost::source_location&) {
    throw ErrorException(refusal.error);
}
template <class T = void>
using CliResult = boost::system::result<T, CliRefusal>;

// What a command line reads of a sign-in that failed for good (spec http-api §23 has one of them).
[[nodiscard]] std::string_view told(CliFault fault);

struct StartedCliLogin {
    std::string auth_url;  // for the browser
    std::string state;
    Secret verifier;  // proves at the end that it is the same command line
};

// A browser that came back from the provider. It is bound to the state by a cookie, which nobody
// else is ever given: who only knows the state gets no further.
struct CameBack {
    std::string cookie_name;
    std::string cookie;  // "" when the state was not this return's to use
    std::string email;
    std::optional<CliRefusal> refusal;
};

// What the bound browser is to be shown.
enum class CliStep : std::uint8_t { approve, challenge, enroll, done };
struct CliView {
    CliStep step = CliStep::approve;
    CliLogin login;
    User user;
};

// What a browser brings along when it asks about a state.
struct CliBrowser {
    std::string state;
    std::string cookie;      // of cli_cookie_name()
    std::string form_token;  // for a decision: what the page's form carries
};
[[nodiscard]] std::string cli_cookie_name(std::string_view state);

// Signing a command line in through a browser (spec http-api §9): it starts with a state and a
// verifier, a browser comes back from the provider with a code, which is exchanged at once and
// never stored; the person behind it approves what they are shown of the command line; the command
// line completes with its verifier, once, within ten minutes. Nobody's session is made because they
// opened a link. Lives on the loop of its OidcClient.
class CliSignIn {
public:
    struct Parts {
        OidcClient& client;
        UserStore& users;
        ClaimedRoles& roles;
        CliLoginStore& logins;
        CliSessionParts sessions;
        Secret key;                // of the cookies and of what is sealed
        std::string redirect_uri;  // the callback's
    };
    explicit CliSignIn(Parts parts);

    // Errors: sign_in_unavailable; database_*.
    async::Task<Result<StartedCliLogin>> start(AskingMachine machine, Deadline deadline);

    // `code` empty: the provider sent none, the login fails.
    async::Task<CameBack> came_back(std::string state, Secret code, Deadline deadline);

    // Which page is the bound browser's.
    async::Task<CliResult<CliView>> view(CliBrowser browser, MfaRequired mfa_required,
                                         Deadline deadline);

    // The view's `enroll`: the command line cannot wait so long, its login fails with the words of
    // told().
    async::Task<Result<void>> fail_for_enrollment(CliView view, Deadline deadline);
    // For the view's `enroll` and `challenge`: a session of the browser's own, which has shown no
    // factor and so leads only to where one is set up or shown.
    struct BrowserSession {
        SessionId id;
        Secret text;
    };
    async::Task<Result<BrowserSession>> open_browser_session(UserId user, AskingMachine browser,
                                                             Deadline deadline);

    // Approving again what is approved is no error. A factor that is asked for cannot be passed by:
    // factor_required, enrollment_required.
    async::Task<CliResult<CliLogin>> decide(CliBrowser browser, CliDecision decision,
                                            MfaRequired mfa_required, Deadline deadline);

    // For the view's `challenge`, once the person has shown a factor: that is their decision.
    async::Task<CliResult<CliLogin>> approve_by_factor(CliView view, Timestamp proven_at,
                                                       Deadline deadline);

    // Whoever can send this has seen the page that asks.
    [[nodiscard]] std::string form_token(std::string_view state) const;

    struct Completion {
        std::string state;
        Secret verifier;
        AskingMachine machine;
    };
    // Empty while nobody has decided.
    async::Task<CliResult<std::optional<CliSession>>> complete(Completion completion,
                                                               MfaRequired mfa_required,
                                                               Deadline deadline);

private:
    async::Task<CliResult<User>> exchange(std::string hash, crypto::Sealed sealed, Secret code,
                                          Deadline deadline);
    async::Task<CliRefusal> why_not(std::string hash, Deadline deadline);
    async::Task<CliResult<CliLogin>> settle(CliView view, CliDecision decision,
                                            std::optional<Timestamp> mfa_verified_at,
                                            Deadline deadline);
    [[nodiscard]] std::string cookie_of(std::string_view state) const;

    Parts parts_;
    crypto::SealingKey exchange_key_;
};

}  // namespace rgw::identity
