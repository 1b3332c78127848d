#pragma once

#include <string_view>

#include "anchors.hpp"
#include "database_watch.hpp"
#include "rack_pin.hpp"
#include "retention.hpp"
#include "rgw/api/live_sessions.hpp"
#include "rgw/api/policy_keeper.hpp"
#include "rgw/api/refusal_meter.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/async/task_group.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/audit/checkpoint_writer.hpp"
#include "rgw/http/tls.hpp"
#include "rgw/identity/authenticator.hpp"
#include "rgw/identity/oidc_client.hpp"
#include "rgw/identity/rate_limit_store.hpp"
#include "rgw/mfa/factor_store.hpp"
#include "rgw/pg/listener.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/audit_store.hpp"
#include "rgw/storage/session_store.hpp"
#include "rgw/storage/token_store.hpp"

namespace rgw::app {

// What runs by the clock or by a notification, on the database loop: caches told of changes, the
// policy and the rack's pin read again, the surplus of strangers' refusals, last uses,
// intents of processes that died, the database's figures, checkpoints of the log, retention.
class Housekeeping {
public:
    struct Parts {
        async::Loop& loop;
        const Clock& clock;
        storage::PgAuditStore& audit_store;
        audit::Appender& appender;
        audit::CheckpointWriter& checkpoints;
        Anchors* anchors;  // null without AUDIT_ANCHOR_BUCKET
        Retention& retention;
        identity::Authenticator& authenticator;
        api::LiveSessions& sessions;
        storage::PgTokenStore& tokens;
        storage::PgSessionStore& user_sessions;
        api::PolicyKeeper& policy;
        identity::OidcClient* provider;  // null when nobody can sign in
        RackPin* rack_pin;               // null without ENABLE_RACK_TLS_PINNING
        api::RefusalMeter& refusals;
        identity::RateLimitStore& rate_limits;
        mfa::FactorStore* factors;  // null when nobody can sign in
        DatabaseWatch& database_watch;
        http::ServerTls* tls;  // may be null
    };

    explicit Housekeeping(Parts parts) : parts_(parts), tasks_(parts.loop) {}

    // All on the database loop.
    void start();
    void on_notification(std::string_view channel, std::string_view payload);
    void on_listening(bool listening);
    // Writes what is left (surplus, last uses) and ends.
    async::Task<void> stop();

private:
    async::Task<void> run();
    async::Task<void> load_settings();
    async::Task<void> judge_sessions();
    async::Task<void> discover_provider();
    async::Task<void> close_orphans();
    async::Task<void> write_surplus(api::RefusalMeter::Which which);
    async::Task<void> write_last_uses();
    async::Task<void> forget_what_is_over();

    Parts parts_;
    async::TaskGroup tasks_;
    bool listening_ = false;
    bool stopping_ = false;
};

}  // namespace rgw::app
