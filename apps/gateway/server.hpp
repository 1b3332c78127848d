#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "anchors.hpp"
#include "checkpoints.hpp"
#include "database.hpp"
#include "factors.hpp"
#include "housekeeping.hpp"
#include "rack_tls.hpp"
#include "retention.hpp"
#include "rgw/api/live_sessions.hpp"
#include "rgw/api/metrics.hpp"
#include "rgw/api/rate_limiter.hpp"
#include "rgw/api/readiness.hpp"
#include "rgw/audit/log_reader.hpp"
#include "rgw/crypto/random.hpp"
#include "rgw/identity/remembering_creators.hpp"
#include "rgw/pg/query_watch.hpp"
#include "rgw/storage/audit_log_store.hpp"
#include "rgw/storage/creator_store.hpp"
#include "rgw/storage/env_change_store.hpp"
#include "rgw/storage/rate_limit_store.hpp"
#include "rgw/storage/token_directory.hpp"
#include "rgw/storage/user_directory.hpp"
#include "rgw/storage/user_store.hpp"
#include "sign_in.hpp"
#include "worker.hpp"

namespace rgw::app {

// Every object of the server in the order of dependence; members are destroyed the other way round.
class Server {
public:
    Server(settings::Settings settings, pg::ConnInfo info, LogMeans log, RackPeer rack,
           std::unique_ptr<http::ServerTls> tls);

    Result<void> start();
    void wait_for_signal();
    void stop();

private:
    std::optional<RackPin> follow_pin();
    async::Task<Result<void>> check_ready();
    Result<void> open_listeners();
    void write_port_file() const;

    settings::Settings settings_;
    pg::ConnInfo info_;
    RackPeer rack_;
    std::unique_ptr<http::ServerTls> tls_;
    SystemClock clock_;
    std::int64_t instance_ = std::bit_cast<std::int64_t>(crypto::random_u64());
    pg::QueryWatch queries_;
    pg::Fence fence_;  // which database server may be used
    Database database_;
    storage::PgAuditStore audit_store_;
    storage::PgTokenStore tokens_;
    storage::PgSessionStore user_sessions_;
    storage::PgUserStore users_;
    storage::PgUserDirectory user_directory_;
    storage::PgTokenDirectory token_directory_;
    identity::ApiTokens api_tokens_;
    api::PeopleAccess people_;
    storage::PgSettingsStore settings_store_;
    storage::PgAuditLogStore audit_log_store_;
    audit::LogReader audit_reader_{audit_log_store_};
    audit::Appender appender_;
    identity::Authenticator authenticator_;
    access::PolicySnapshot policy_;
    api::PolicyKeeper policy_keeper_;
    api::RefusalMeter refusals_;
    storage::PgRateLimitStore rate_limits_;
    storage::PgCreatorStore creator_store_;
    identity::RememberingCreators creators_{creator_store_};
    storage::PgEnvChangeStore env_changes_;
    api::RateLimiter rates_;
    api::Metrics metrics_;
    api::LiveSessions sessions_;
    api::Readiness readiness_;
    async::CpuPool resolver_{1};
    async::CpuPool cpu_{1};
    Checkpoints checkpoints_;
    std::unique_ptr<Anchors> anchors_;  // null without AUDIT_ANCHOR_BUCKET
    Retention retention_;
    std::optional<RackPin> rack_pin_;
    std::unique_ptr<Factors> factors_;  // null when no provider is configured
    std::unique_ptr<SignIn> sign_in_;   // likewise
    DatabaseWatch database_watch_;
    Housekeeping housekeeping_;
    pg::Listener changes_;
    api::Services services_;
    std::vector<std::unique_ptr<Worker>> workers_;
    async::Loop metrics_loop_{"metrics"};
    api::MetricsHandler metrics_handler_{metrics_};
    std::unique_ptr<http::Listener> metrics_listener_;
};

}  // namespace rgw::app
