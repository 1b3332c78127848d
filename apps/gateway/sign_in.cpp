#include "sign_in.hpp"

#include <string>

#include "base_url.hpp"

namespace rgw::app {
namespace {

constexpr const char* web_callback = "/api/v1/auth/web/callback";
constexpr const char* cli_callback = "/api/v1/auth/cli/callback";

identity::CliSessionParts cli_sessions(identity::SessionStore& sessions,
                                       identity::Authenticator& authenticator, const Clock& clock) {
    return {.sessions = sessions, .clock = clock, .limits = [&authenticator] {
                return authenticator.session_limits();
            }};
}

}  // namespace

Result<void> check_sign_in(const settings::SignInSettings& settings) {
    const Result<void> sound = identity::check_issuer(settings.issuer);
    if (!sound) {
        return Error(sound.error().code, "OIDC_ISSUER: " + sound.error().detail);
    }
    const auto map = identity::parse_role_map(settings.role_map);
    return map ? Result<void>() : Error(map.error().code, "OIDC_ROLE_MAP: " + map.error().detail);
}

SignIn::SignIn(const settings::Settings& settings, Database& database, storage::PgUserStore& users,
               storage::PgSessionStore& sessions, identity::Authenticator& authenticator,
               RoleSource roles, identity::KnownBrowsers& browsers, const Clock& clock)
    : fetcher_({.ca_file = settings.sign_in.ca_file}),
      client_(database.loop(), fetcher_, clock,
              {.issuer = settings.sign_in.issuer,
               .client_id = settings.sign_in.client_id,
               .client_secret = settings.sign_in.client_secret,
               .allowed_domains = settings.sign_in.allowed_domains,
               .role_claim = settings.sign_in.role_claim}),
      used_states_(database.pool()),
      role_changes_(roles.audit_log, clock),
      claimed_roles_({.map = identity::parse_role_map(settings.sign_in.role_map).value(),
                      .users = roles.users,
                      .log = role_changes_,
                      .clock = clock}),
      web_({.client = client_,
            .users = users,
            .sessions = sessions,
            .used_states = used_states_,
            .roles = claimed_roles_,
            .browsers = &browsers,
            .clock = clock,
            .key = settings.sign_in.app_secret,
            .redirect_uri = base_url(settings) + web_callback,
            .limits = [&authenticator] { return authenticator.session_limits(); }}),
      logins_(database.pool()),
      cli_({.client = client_,
            .users = users,
            .roles = claimed_roles_,
            .logins = logins_,
            .sessions = cli_sessions(sessions, authenticator, clock),
            .key = settings.sign_in.app_secret,
            .redirect_uri = base_url(settings) + cli_callback}),
      device_({.logins = logins_,
               .sessions = cli_sessions(sessions, authenticator, clock),
               .key = settings.sign_in.app_secret}),
      access_{.loop = database.loop(),
              .web = web_,
              .cli = cli_,
              .device = device_,
              .client = client_,
              .sessions = sessions,
              .base_url = base_url(settings)} {}

}  // namespace rgw::app
