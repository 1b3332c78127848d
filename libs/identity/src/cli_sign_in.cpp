#include "rgw/identity/cli_sign_in.hpp"

#include <algorithm>
#include <utility>

#include "cli_refusals.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/identity/credential.hpp"
#include "rgw/identity/oidc_flow.hpp"
#include "rgw/identity/pending_login.hpp"

namespace rgw::identity {
namespace {

constexpr std::size_t name_characters = 8;
constexpr std::size_t least_verifier = 43;  // RFC 7636 §4.1
constexpr std::size_t longest_verifier = 128;

std::string mac(const Secret& key, std::string_view purpose, std::string_view state) {
    const std::string message = std::string(purpose) + "|" + std::string(state);
    return crypto::base64url(crypto::text_of(crypto::hmac_sha256(key.expose(), message)));
}

}  // namespace

std::string cli_cookie_name(std::string_view state) {
    return "rgw_cli_login_" + std::string(is_state(state) ? state.substr(0, name_characters) : "");
}

CliSignIn::CliSignIn(Parts parts)
    : parts_(std::move(parts)), exchange_key_(parts_.key, "cli login exchange") {}

std::string CliSignIn::cookie_of(std::string_view state) const {
    return mac(parts_.key, "cli-login", state);
}

std::string CliSignIn::form_token(std::string_view state) const {
    return mac(parts_.key, "cli-approve", state);
}

async::Task<Result<StartedCliLogin>> CliSignIn::start(AskingMachine machine, Deadline deadline) {
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
                                       .allowed_domains = settings.allowed_domains,
                                       .access_type = AccessType::offline};
    const Timestamp now = parts_.sessions.clock.now();
    std::string hash = token_hash(login.state);
    const Secret needed(login.nonce + "." + std::string(login.verifier.expose()));
    NewCliLogin stored{.hash = hash,
                       .flow = LoginFlow::browser,
                       .verifier_hash = token_hash(login.verifier.expose()),
                       .user_code_hash = std::nullopt,
                       .exchange = exchange_key_.seal(needed.expose(), hash),
                       .machine = std::move(machine),
                       .created_at = now,
                       .expires_at = now + login_lives_for};
    const Result<void> created = co_await parts_.logins.create(std::move(stored), deadline);
    if (!created) {
        co_return created.error();
    }
    co_return StartedCliLogin{.auth_url = authorization_url(**provider, request),
                              .state = login.state,
                              .verifier = std::move(login.verifier)};
}

// For the event: the browser is told the same whatever it is.
async::Task<CliRefusal> CliSignIn::why_not(std::string hash, Deadline deadline) {
    const auto login = co_await parts_.logins.find(std::move(hash), deadline);
    if (!login) {
        co_return ours(login.error());
    }
    co_return refused(CliFault::expired, why_over(*login, parts_.sessions.clock.now()),
                      *login ? (*login)->email : "");
}

async::Task<CameBack> CliSignIn::came_back(std::string state, Secret code, Deadline deadline) {
    CameBack back{
        .cookie_name = cli_cookie_name(state), .cookie = "", .email = "", .refusal = std::nullopt};
    if (!is_state(state)) {
        back.refusal = refused(CliFault::expired, "login: there is no such state");
        co_return back;
    }
    const std::string hash = token_hash(state);
    auto sealed = co_await parts_.logins.take_exchange(hash, parts_.sessions.clock.now(), deadline);
    if (!sealed) {
        back.refusal = ours(sealed.error());
        co_return back;
    }
    if (!*sealed) {
        back.refusal = co_await why_not(hash, deadline);
        co_return back;
    }
    back.cookie = cookie_of(state);
    const CliResult<User> person =
        co_await exchange(hash, std::move(**sealed), std::move(code), deadline);
    Result<void> stored;
    if (person) {
        back.email = person->email;
        stored =
            co_await parts_.logins.identify(hash, *person, parts_.sessions.clock.now(), deadline);
    } else {
        back.refusal = person.error();
        back.email = person.error().email;
        stored = co_await parts_.logins.fail(hash, std::string(told(person.error().fault)),
                                             parts_.sessions.clock.now(), deadline);
    }
    if (!stored) {
        back.refusal = ours(stored.error());
    }
    co_return back;
}

async::Task<CliResult<User>> CliSignIn::exchange(std::string hash, crypto::Sealed sealed,
                                                 Secret code, Deadline deadline) {
    if (code.expose().empty()) {
        co_return refused(CliFault::exchange_failed, "login: the provider sent no code");
    }
    const Result<Secret> needed = exchange_key_.open(sealed, hash);
    if (!needed) {
        co_return ours(needed.error());
    }
    const std::size_t dot = needed->expose().find('.');
    CodeExchange exchange{.code = std::move(code),
                          .verifier = Secret(std::string(needed->expose().substr(dot + 1))),
                          .redirect_uri = parts_.redirect_uri};
    const Result<IdTokenClaims> claims = co_await parts_.client.exchange(
        std::move(exchange), std::string(needed->expose().substr(0, dot)), deadline);
    if (!claims) {
        co_return refused(CliFault::exchange_failed, claims.error(), "");
    }
    const PersonStores stores{.users = parts_.users, .roles = parts_.roles};
    const Result<User> person =
        co_await find_person(stores, parts_.client.settings().issuer, *claims, deadline);
    if (!person) {
        co_return refused(CliFault::unauthorized, person.error(), claims->email);
    }
    co_return *person;
}

async::Task<CliResult<std::optional<CliSession>>> CliSignIn::complete(Completion completion,
                                                                      MfaRequired mfa_required,
                                                                      Deadline deadline) {
    const std::size_t length = completion.verifier.expose().size();
    if (!is_state(completion.state) || length < least_verifier || length > longest_verifier) {
        co_return refused(CliFault::expired, "login: no state and verifier of ours");
    }
    const std::string hash = token_hash(completion.state);
    const std::string verifier_hash = token_hash(completion.verifier.expose());
    const auto found = co_await parts_.logins.find(hash, deadline);
    if (!found) {
        co_return ours(found.error());
    }
    const Timestamp now = parts_.sessions.clock.now();
    if (!*found || (*found)->flow != LoginFlow::browser || (*found)->expires_at <= now) {
        co_return refused(CliFault::expired, why_over(*found, now));
    }
    const CliLogin& login = **found;
    if (!crypto::constant_time_equal(login.verifier_hash.value_or(""), verifier_hash)) {
        co_return refused(CliFault::expired, "login: the verifier is not the one it began with",
                          login.email);
    }
    if (const auto end = end_of(login)) {
        co_return refused(*end, "login: it has ended", login.email);
    }
    if (!login.approved_at) {
        co_return std::optional<CliSession>();
    }
    auto taken = co_await parts_.logins.take(hash, verifier_hash, now, deadline);
    if (!taken) {
        co_return ours(taken.error());
    }
    if (!*taken) {
        co_return refused(CliFault::expired, "login: the state was used before", login.email);
    }
    CliSessionRequest request{.taken = std::move(**taken),
                              .machine = std::move(completion.machine),
                              .mfa_required = mfa_required};
    Result<CliSession> opened =
        co_await open_cli_session(parts_.sessions, std::move(request), deadline);
    if (!opened) {
        co_return refused(CliFault::unauthorized, opened.error(), login.email);
    }
    co_return std::optional(std::move(*opened));
}

}  // namespace rgw::identity
