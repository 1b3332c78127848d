#include "host_audit.hpp"

#include <bit>
#include <utility>

#include "configuration.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/crypto/random.hpp"
#include "startup.hpp"

namespace rgw::app {
namespace {

constexpr std::chrono::seconds patience{15};

}  // namespace

// No LISTEN connection holds this instance's lock, so an intent left open by a crash is closed by a
// server.
HostAudit::HostAudit(Database& database, std::vector<audit::Key> keys)
    : store_(database.pool(), std::bit_cast<std::int64_t>(crypto::random_u64())),
      appender_(database.loop(), store_, std::move(keys), {}, {}) {
    appender_.start();
}

async::Task<Result<std::int64_t>> HostAudit::begin(HostAction action) {
    event_.at = SystemClock().now();
    event_.phase = audit::Phase::intent;
    event_.status = "pending";
    event_.action_type = std::move(action.type);
    event_.resource_type = action.action.substr(0, action.action.find('.'));
    event_.action = std::move(action.action);
    event_.resource = std::move(action.resource);
    event_.user_email = std::move(action.user_email);
    event_.details = R"({"by":"server host")" + action.more + "}";
    const Result<audit::Receipt> receipt = co_await appender_.append(event_, deadline_in(patience));
    if (!receipt) {
        co_return receipt.error();
    }
    co_return receipt->chain_index;
}

async::Task<Result<void>> HostAudit::end(std::int64_t intent, std::string_view status) {
    event_.at = SystemClock().now();
    event_.phase = audit::Phase::outcome;
    event_.intent_index = intent;
    event_.status = status;
    const Result<audit::Receipt> receipt =
        co_await appender_.append_outcome(event_, deadline_in(patience));
    if (!receipt) {
        co_return receipt.error();
    }
    co_return Result<void>();
}

async::Task<void> HostAudit::close() {
    co_await appender_.close(deadline_in(patience));
}

Result<std::unique_ptr<Host>> Host::open(const settings::AuditSettings& settings) {
    Result<std::vector<audit::Key>> keys = audit_keys(settings);
    if (!keys) {
        return keys.error();
    }
    Result<pg::ConnInfo> info = server_connection();
    if (!info) {
        return info.error();
    }
    auto host = std::make_unique<Host>(*info, std::move(*keys));
    Database& database = host->database_;
    if (const Result<void> found = database.wait_for(
            find_database_server(database.loop(), std::move(*info), host->fence_));
        !found) {
        return found.error();
    }
    return host;
}

Host::Host(pg::ConnInfo info, std::vector<audit::Key> keys)
    : database_(std::move(info), {.max_open = 2, .fence = &fence_}),
      audit_(database_, std::move(keys)) {}

Host::~Host() {
    database_.wait_for(audit_.close());
}

}  // namespace rgw::app
