#pragma once

#include <memory>

#include "database.hpp"
#include "rgw/api/services.hpp"
#include "rgw/identity/cli_sign_in.hpp"
#include "rgw/identity/device_sign_in.hpp"
#include "rgw/identity/oidc_client.hpp"
#include "rgw/identity/web_sign_in.hpp"
#include "rgw/outbound/curl_fetcher.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/cli_login_store.hpp"
#include "rgw/storage/login_state_store.hpp"
#include "rgw/storage/session_store.hpp"
#include "rgw/storage/user_store.hpp"
#include "role_changes.hpp"

namespace rgw::app {

// Where the roles of people come from, besides the provider.
struct RoleSource {
    identity::UserDirectory& users;
    audit::Recorder& audit_log;
};

// What people sign in with, on the database loop.
class SignIn {
public:
    SignIn(const settings::Settings& settings, Database& database, storage::PgUserStore& users,
           storage::PgSessionStore& sessions, identity::Authenticator& authenticator,
           RoleSource roles, identity::KnownBrowsers& browsers, const Clock& clock);

    [[nodiscard]] api::SignInAccess& access() { return access_; }
    [[nodiscard]] identity::OidcClient& client() { return client_; }

private:
    outbound::CurlFetcher fetcher_;
    identity::OidcClient client_;
    storage::PgLoginStateStore used_states_;
    RoleChanges role_changes_;
    identity::ClaimedRoles claimed_roles_;
    identity::WebSignIn web_;
    storage::PgCliLoginStore logins_;
    identity::CliSignIn cli_;
    identity::DeviceSignIn device_;
    api::SignInAccess access_;
};

// Error: configuration_invalid naming the setting.
[[nodiscard]] Result<void> check_sign_in(const settings::SignInSettings& settings);

}  // namespace rgw::app
