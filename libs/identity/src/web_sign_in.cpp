#include "rgw/identity/web_sign_in.hpp"

#include <utility>

#include "open_session.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/oidc_flow.hpp"

namespace rgw::identity {

async::Task<Result<BegunSignIn>> WebSignIn::begin(std::string return_to, Deadline deadline) {
    const auto provider = co_await parts_.client.provider(deadline);
    if (!provider) {
        co_return provider.error();
    }
    NewLogin login = new_login();
    const OidcClientSettings& settings = parts_.client.settings();
    const AuthorizationRequest request{.client_id = settings.client_id,
                                       .redirect_uri = parts_.redirect_uri,
                                       .state = login.state,
                                       .nonce = login.nonce,
                                       .challenge = login.challenge,
                                       .allowed_domains = settings.allowed_domains};
    const PendingLogin pending{.state = login.state,
                               .nonce = login.nonce,
                               .verifier = std::move(login.verifier),
                               .return_to = check_return_to(return_to) ? return_to : "",
                               .begun = parts_.clock.now()};
    co_return BegunSignIn{.url = authorization_url(**provider, request),
                          .cookie_name = login_cookie_name(pending.state),
                          .cookie = seal_login(parts_.key, pending)};
}

async::Task<Result<BrowserTrust>> WebSignIn::judge_browser(const User& user,
                                                           const SignInAnswer& answer,
                                                           MfaRequired mfa_required,
                                                           Deadline deadline) {
    if (parts_.browsers == nullptr || answer.device_cookie.empty() ||
        next_step(user, mfa_required) != NextStep::challenge) {
        co_return BrowserTrust();
    }
    AskingBrowser browser{.cookie = answer.device_cookie,
                          .ip_address = answer.ip_address,
                          .user_agent = answer.user_agent};
    Result<BrowserTrust> trust =
        co_await parts_.browsers->judge(user.id, std::move(browser), deadline);
    co_return trust;
}

async::Task<boost::system::result<SignedIn, SignInRefusal>> WebSignIn::finish(
    SignInAnswer answer, MfaRequired mfa_required, Deadline deadline) {
    const Timestamp now = parts_.clock.now();
    auto pending = open_login(parts_.key, answer.cookie, answer.state, now);
    if (!pending) {
        co_return SignInRefusal{pending.error(), ""};
    }
    const Result<bool> first =
        co_await parts_.used_states.use_once(token_hash(answer.state), now, deadline);
    if (!first || !*first) {
        co_return SignInRefusal{
            first ? Error(Errc::sign_in_refused, "login: the state was used before")
                  : first.error(),
            ""};
    }
    CodeExchange exchange{.code = std::move(answer.code),
                          .verifier = std::move(pending->verifier),
                          .redirect_uri = parts_.redirect_uri};
    const Result<IdTokenClaims> claims =
        co_await parts_.client.exchange(std::move(exchange), pending->nonce, deadline);
    if (!claims) {
        co_return SignInRefusal{claims.error(), ""};
    }
    const PersonStores stores{.users = parts_.users, .roles = parts_.roles};
    const Result<User> user =
        co_await find_person(stores, parts_.client.settings().issuer, *claims, deadline);
    if (!user) {
        co_return SignInRefusal{user.error(), claims->email};
    }
    const Result<BrowserTrust> trust =
        co_await judge_browser(*user, answer, mfa_required, deadline);
    if (!trust) {
        co_return SignInRefusal{trust.error(), claims->email};
    }
    const NextStep next = trust->device ? NextStep::enter : next_step(*user, mfa_required);
    // A session that no second factor is asked of counts as verified, and never as stepped up: that
    // takes a factor.
    SessionRequest request{
        .user = user->id,
        .channel = Channel::web,
        .mfa_verified_at = next == NextStep::enter ? std::optional(now) : std::nullopt,
        .ip_address = std::move(answer.ip_address),
        .user_agent = std::move(answer.user_agent),
        .login_flow = "web",
        .trusted_device_id = trust->device};
    Result<OpenedSession> opened =
        co_await open_session(parts_.sessions, parts_.limits(), now, std::move(request), deadline);
    if (!opened) {
        co_return SignInRefusal{opened.error(), claims->email};
    }
    co_return SignedIn{.user = *user,
                       .session = opened->id,
                       .session_text = std::move(opened->text),
                       .next = next,
                       .return_to = pending->return_to,
                       .trust = *trust};
}

}  // namespace rgw::identity
