#include "sign_in.hpp"

#include <string>

namespace rgw::app {
namespace {

constexpr std::string_view callback_path = "/api/v1/auth/web/callback";

// Where browsers reach the gateway (spec http-api §8).
std::string base_url(const settings::Settings& settings) {
    if (settings.sign_in.domain == "localhost") {
        return "http://localhost:" + std::to_string(settings.listen.port);
    }
    return "https://" + settings.sign_in.domain;
}

}  // namespace

Result<void> check_sign_in(const settings::SignInSettings& settings) {
    const Result<void> sound = identity::check_issuer(settings.issuer);
    return sound ? sound : Error(sound.error().code, "OIDC_ISSUER: " + sound.error().detail);
}

SignIn::SignIn(const settings::Settings& settings, Database& database, storage::PgUserStore& users,
               storage::PgSessionStore& sessions, identity::Authenticator& authenticator,
               const Clock& clock)
    : fetcher_({.ca_file = settings.sign_in.ca_file}),
      client_(database.loop(), fetcher_, clock,
              {.issuer = settings.sign_in.issuer,
               .client_id = settings.sign_in.client_id,
               .client_secret = settings.sign_in.client_secret,
               .allowed_domains = settings.sign_in.allowed_domains}),
      used_states_(database.pool()),
      web_({.client = client_,
            .users = users,
            .sessions = sessions,
            .used_states = used_states_,
            .clock = clock,
            .key = settings.sign_in.app_secret,
            .redirect_uri = base_url(settings) + std::string(callback_path),
            .limits = [&authenticator] { return authenticator.session_limits(); }}),
      access_{.loop = database.loop(), .web = web_, .client = client_, .sessions = sessions} {}

}  // namespace rgw::app
