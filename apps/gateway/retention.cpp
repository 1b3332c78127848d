#include "retention.hpp"

#include <iostream>
#include <utility>

#include "commands.hpp"
#include "configuration.hpp"
#include "rgw/base/log.hpp"

namespace rgw::app {
namespace {

constexpr std::chrono::seconds patience{30};

using Days = std::optional<std::int64_t>;

Result<bool> set_limit(Database& database, Days days) {
    storage::PgRetentionStore store(database.pool());
    return database.wait_for(store.set_limit(days, deadline_in(patience)));
}

Result<bool> set_limit_as_admin(Days days) {
    const Result<pg::ConnInfo> info = admin_connection();
    if (!info) {
        return info.error();
    }
    Database admin(*info, {.max_open = 1});
    return set_limit(admin, days);
}

}  // namespace

Retention::Retention(Parts parts, std::vector<audit::NoteVerifier> verifiers, Limits limits)
    : clock_(parts.clock), store_(parts.database.pool()), cleanup_(parts.database.pool()) {
    if (limits.days) {
        pruner_.emplace(audit::Pruner::Parts{.store = store_,
                                             .checkpoints = parts.checkpoints.store(),
                                             .proofs = parts.checkpoints.proofs(),
                                             .recorder = parts.recorder,
                                             .clock = parts.clock},
                        std::move(verifiers),
                        audit::Pruner::Options{.days = *limits.days, .below = limits.below});
    }
}

async::Task<void> Retention::run() {
    if (running_) {
        co_return;
    }
    running_ = true;
    co_await forget();
    co_await prune();
    running_ = false;
}

void Retention::stop() {
    if (pruner_) {
        pruner_->stop();
    }
}

async::Task<void> Retention::prune() {
    if (!pruner_) {
        co_return;
    }
    const Result<std::int64_t> removed = co_await pruner_->run();
    if (!removed && removed.error().code == Errc::invalid_value) {
        log::error("CRITICAL: retention stopped: the audit log is not the one that was signed",
                   {{"why", removed.error().detail}});
    } else if (!removed) {
        log::warn("retention could not remove all that is old enough",
                  {{"error", describe(removed.error())}});
    } else if (*removed > 0) {
        log::info("retention removed events of the audit log", {{"count", *removed}});
    }
}

async::Task<void> Retention::forget() {
    const Result<std::int64_t> thinned = co_await store_.thin_checkpoints(deadline_in(patience));
    const Result<void> forgotten = co_await cleanup_.forget(clock_.now(), deadline_in(patience));
    if (!thinned || !forgotten) {
        const Error& why = thinned ? forgotten.error() : thinned.error();
        log::warn("what is long over could not be dropped", {{"error", describe(why)}});
    }
}

Result<void> agree_on_retention(Database& database, const settings::Settings& settings) {
    const Days wanted = settings.audit.retention_days;
    storage::PgRetentionStore store(database.pool());
    const Result<Days> allowed = database.wait_for(store.find_limit(deadline_in(patience)));
    if (!allowed) {
        return allowed.error();
    }
    if (*allowed == wanted) {
        return {};
    }
    Result<bool> set = set_limit(database, wanted);
    if (set && !*set && settings.auto_migrate &&
        !from_environment("ADMIN_DATABASE_URL").value_or("").empty()) {
        set = set_limit_as_admin(wanted);
    }
    if (!set) {
        return set.error();
    }
    if (*set) {
        log::info("the age at which audit events may be removed was changed",
                  {{"days", wanted.value_or(0)}, {"before", allowed->value_or(0)}});
    } else if (wanted) {
        log::warn(
            "LOG_RETENTION_DAYS is not what the database allows, and the longer of the two counts: "
            "run rack-gateway-api migrate with it, as the login that migrates",
            {{"days", *wanted}, {"database", allowed->value_or(0)}});
    }
    return {};
}

int allow_retention(const pg::ConnInfo& admin) {
    if (from_environment("LOG_RETENTION_DAYS").value_or("").empty()) {
        return 0;
    }
    const Result<settings::Loaded> loaded =
        settings::load(settings::process_environment(), settings::Purpose::maintenance);
    if (!loaded) {
        return fail(loaded.error());
    }
    Database database(admin, {.max_open = 1});
    const Result<bool> set = set_limit(database, loaded->settings.audit.retention_days);
    if (!set) {
        return fail(set.error());
    }
    if (!*set) {
        return fail(Error(Errc::configuration_invalid,
                          "LOG_RETENTION_DAYS: only the audit log's owner may change what the "
                          "database allows; see ADMIN_DATABASE_URL"));
    }
    return 0;
}

}  // namespace rgw::app
