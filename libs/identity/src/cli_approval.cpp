#include <utility>

#include "cli_refusals.hpp"
#include "open_session.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/identity/cli_sign_in.hpp"
#include "rgw/identity/credential.hpp"

// The browser's half of a command line's sign-in: what the person is shown, and what they decide.
namespace rgw::identity {
namespace {

CliStep step_of(NextStep next) {
    switch (next) {
        case NextStep::enter:
            return CliStep::approve;
        case NextStep::enroll:
            return CliStep::enroll;
        case NextStep::challenge:
            return CliStep::challenge;
    }
    return CliStep::challenge;
}

}  // namespace

async::Task<CliResult<CliView>> CliSignIn::view(CliBrowser browser, MfaRequired mfa_required,
                                                Deadline deadline) {
    if (!is_state(browser.state) ||
        !crypto::constant_time_equal(cookie_of(browser.state), browser.cookie)) {
        co_return refused(CliFault::expired, "login: the browser is not the one that came back");
    }
    auto found = co_await parts_.logins.find(token_hash(browser.state), deadline);
    if (!found) {
        co_return ours(found.error());
    }
    if (!*found || (*found)->expires_at <= parts_.sessions.clock.now()) {
        co_return refused(CliFault::expired, why_over(*found, parts_.sessions.clock.now()));
    }
    CliLogin& login = **found;
    if (const auto end = end_of(login)) {
        co_return refused(*end, "login: it has ended", login.email);
    }
    if (!login.user) {
        co_return refused(CliFault::incomplete, "login: nobody is known yet");
    }
    const auto user = co_await parts_.users.find_by_email(login.email, deadline);
    if (!user) {
        co_return ours(user.error());
    }
    if (!*user || (*user)->id != *login.user) {
        co_return refused(CliFault::unauthorized, "user: there is none of this address",
                          login.email);
    }
    const Result<void> allowed = may_sign_in(**user);
    if (!allowed) {
        co_return refused(CliFault::unauthorized, allowed.error(), login.email);
    }
    const CliStep step =
        login.approved_at ? CliStep::done : step_of(next_step(**user, mfa_required));
    co_return CliView{.step = step, .login = std::move(login), .user = **user};
}

async::Task<Result<void>> CliSignIn::fail_for_enrollment(CliView view, Deadline deadline) {
    return parts_.logins.fail(std::move(view.login.hash),
                              std::string(told(CliFault::enrollment_required)),
                              parts_.sessions.clock.now(), deadline);
}

async::Task<Result<CliSignIn::BrowserSession>> CliSignIn::open_browser_session(
    UserId user, AskingMachine browser, Deadline deadline) {
    SessionRequest request{.user = user,
                           .channel = Channel::web,
                           .mfa_verified_at = std::nullopt,
                           .ip_address = std::move(browser.ip_address),
                           .user_agent = std::move(browser.user_agent),
                           .login_flow = "cli-mfa",
                           .device = std::nullopt};
    Result<OpenedSession> opened =
        co_await open_session(parts_.sessions.sessions, parts_.sessions.limits(),
                              parts_.sessions.clock.now(), std::move(request), deadline);
    if (!opened) {
        co_return opened.error();
    }
    co_return BrowserSession{.id = opened->id, .text = std::move(opened->text)};
}

async::Task<CliResult<CliLogin>> CliSignIn::decide(CliBrowser browser, CliDecision decision,
                                                   MfaRequired mfa_required, Deadline deadline) {
    const bool from_page =
        crypto::constant_time_equal(form_token(browser.state), browser.form_token);
    auto seen = co_await view(std::move(browser), mfa_required, deadline);
    if (seen && !from_page) {
        co_return refused(CliFault::expired, "login: the page's token is missing",
                          seen->user.email);
    }
    if (!seen) {
        co_return seen.error();
    }
    const bool approves = decision == CliDecision::approved;
    const std::string& email = seen->user.email;
    if (seen->step == CliStep::done) {
        co_return approves
            ? CliResult<CliLogin>(seen->login)
            : CliResult<CliLogin>(refused(CliFault::decided, "login: approved before", email));
    }
    if (approves && seen->step == CliStep::challenge) {
        co_return refused(CliFault::factor_required, "login: no factor was shown", email);
    }
    if (approves && seen->step == CliStep::enroll) {
        co_return refused(CliFault::enrollment_required, "login: there is no factor yet", email);
    }
    auto settled = co_await settle(std::move(*seen), decision, std::nullopt, deadline);
    co_return settled;
}

async::Task<CliResult<CliLogin>> CliSignIn::approve_by_factor(CliView view, Timestamp proven_at,
                                                              Deadline deadline) {
    return settle(std::move(view), CliDecision::approved, proven_at, deadline);
}

async::Task<CliResult<CliLogin>> CliSignIn::settle(CliView view, CliDecision decision,
                                                   std::optional<Timestamp> mfa_verified_at,
                                                   Deadline deadline) {
    DecidedCliLogin decided{.hash = view.login.hash,
                            .decision = decision,
                            .by = view.user.id,
                            .mfa_verified_at = mfa_verified_at,
                            .at = parts_.sessions.clock.now()};
    const Result<bool> first = co_await parts_.logins.decide(std::move(decided), deadline);
    if (!first) {
        co_return ours(first.error());
    }
    if (!*first) {
        co_return refused(CliFault::decided, "login: decided at the same moment", view.user.email);
    }
    co_return std::move(view.login);
}

}  // namespace rgw::identity
