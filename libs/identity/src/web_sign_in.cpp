#include "rgw/identity/web_sign_in.hpp"

#include <utility>

#include "rgw/identity/credential.hpp"
#include "rgw/identity/oidc_flow.hpp"

namespace rgw::identity {
namespace {

NextStep next_step(const User& user, WebSignIn::MfaRequired required) {
    const bool enforced = required == WebSignIn::MfaRequired::yes || user.mfa_enforced;
    if (!enforced) {
        return NextStep::enter;
    }
    return user.mfa_enrolled ? NextStep::challenge : NextStep::enroll;
}

}  // namespace

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
    const Result<User> user = co_await find_person(*claims, deadline);
    if (!user) {
        co_return SignInRefusal{user.error(), claims->email};
    }
    Result<SignedIn> opened = co_await open_session(*user, answer, mfa_required, deadline);
    if (!opened) {
        co_return SignInRefusal{opened.error(), claims->email};
    }
    opened->return_to = pending->return_to;
    co_return std::move(*opened);
}

async::Task<Result<User>> WebSignIn::find_person(IdTokenClaims claims, Deadline deadline) {
    const auto found = co_await parts_.users.find_by_email(claims.email, deadline);
    if (!found) {
        co_return found.error();
    }
    if (!*found) {
        co_return Error(Errc::sign_in_refused, "user: there is none of this address");
    }
    const User& user = **found;
    if (user.suspended || user.locked) {
        co_return user.locked ? Errc::owner_locked : Errc::owner_suspended;
    }
    const Result<bool> bound = co_await parts_.users.bind_identity(
        user.id, parts_.client.settings().issuer, claims.subject, deadline);
    if (!bound) {
        co_return bound.error();
    }
    if (!*bound) {
        co_return Error(Errc::sign_in_refused, "user: the address belonged to another person");
    }
    co_return user;
}

// A session that no second factor is asked of counts as verified, and never as stepped up: that
// takes a factor.
async::Task<Result<SignedIn>> WebSignIn::open_session(User user, const SignInAnswer& answer,
                                                      MfaRequired mfa_required, Deadline deadline) {
    const SessionLimits limits = parts_.limits();
    const Timestamp now = parts_.clock.now();
    const NextStep next = next_step(user, mfa_required);
    NewSessionText made = create_session_text();
    NewSession session{
        .hash = made.hash,
        .user = user.id,
        .channel = Channel::web,
        .created_at = now,
        .expires_at = now + limits.web_idle,
        .absolute_expires_at = now + limits.web_absolute,
        .mfa_verified_at = next == NextStep::enter ? std::optional(now) : std::nullopt,
        .ip_address = answer.ip_address,
        .user_agent = answer.user_agent,
        .login_flow = "web"};
    const Result<SessionId> created = co_await parts_.sessions.create(std::move(session), deadline);
    if (!created) {
        co_return created.error();
    }
    co_return SignedIn{.user = std::move(user),
                       .session = *created,
                       .session_text = std::move(made.text),
                       .next = next,
                       .return_to = ""};
}

}  // namespace rgw::identity
