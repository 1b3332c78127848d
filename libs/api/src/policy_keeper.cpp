#include "rgw/api/policy_keeper.hpp"

#include <algorithm>
#include <utility>

#include "rgw/base/log.hpp"

namespace rgw::api {
namespace {

identity::SessionLimits limits_of(const access::SessionTimeouts& timeouts) {
    return {.web_idle = timeouts.web_idle,
            .web_absolute = timeouts.web_absolute,
            .cli_idle = timeouts.cli_idle,
            .cli_absolute = timeouts.cli_absolute};
}

bool is_about_sessions(const access::FormerRows& rows) {
    return std::ranges::any_of(rows, [](const auto& row) {
        const access::SettingInfo* setting = access::find_setting(row.first);
        return setting != nullptr && setting->group == access::SettingGroup::session_configuration;
    });
}

}  // namespace

async::Task<Result<access::StoredSettings>> PolicyKeeper::reload(Deadline deadline) {
    std::uint64_t ticket = 0;
    {
        const std::lock_guard lock(mutex_);
        ticket = ++begun_;
    }
    Result<access::StoredSettings> loaded = co_await parts_.store.load(deadline);
    apply(loaded, ticket);
    co_return loaded;
}

// A reading that began before one that is in force already may be the older of the two.
void PolicyKeeper::apply(const Result<access::StoredSettings>& loaded, std::uint64_t ticket) {
    access::PolicySettings policy;
    if (loaded) {
        policy = access::resolve_policy(*loaded, parts_.environment);
    }
    const std::lock_guard lock(mutex_);
    if (ticket < applied_) {
        return;
    }
    applied_ = ticket;
    stale_ = !loaded;
    if (!loaded) {
        log::warn("the settings could not be read", {{"error", describe(loaded.error())}});
        parts_.policy.replace({});
        return;  // sessions keep their limits: they need the database anyway
    }
    for (const std::string& problem : policy.problems) {
        log::error("a stored setting is not valid and counts as its strictest value",
                   {{"setting", problem}});
    }
    parts_.authenticator.set_session_limits(limits_of(policy.sessions));
    parts_.policy.replace(std::move(policy));
}

async::Task<Result<access::FormerRows>> PolicyKeeper::change(access::SettingsChange change,
                                                             Deadline deadline) {
    Result<access::FormerRows> former = co_await parts_.store.change(std::move(change), deadline);
    if (!former || former->empty()) {
        co_return former;
    }
    const Result<access::StoredSettings> reloaded = co_await reload(deadline);
    if (reloaded && is_about_sessions(*former)) {
        co_await shorten_sessions(deadline);
    }
    co_return former;
}

async::Task<void> PolicyKeeper::shorten_sessions(Deadline deadline) {
    const Result<std::int64_t> shortened = co_await parts_.sessions.shorten(
        parts_.authenticator.session_limits(), parts_.clock.now(), deadline);
    if (!shortened) {
        log::warn("sessions keep their longer limits until they are used again",
                  {{"error", describe(shortened.error())}});
    } else if (*shortened > 0) {
        parts_.authenticator.invalidate_all();
    }
}

}  // namespace rgw::api
