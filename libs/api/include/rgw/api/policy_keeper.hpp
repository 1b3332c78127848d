#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "rgw/access/policy.hpp"
#include "rgw/access/settings_store.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/authenticator.hpp"
#include "rgw/identity/session_store.hpp"

namespace rgw::api {

// Keeps the policy of this process equal to the settings table. From any loop.
class PolicyKeeper {
public:
    struct Parts {
        const Clock& clock;
        access::SettingsStore& store;
        access::PolicySnapshot& policy;
        identity::Authenticator& authenticator;
        identity::SessionStore& sessions;
        access::PolicyOfEnvironment environment;
    };
    explicit PolicyKeeper(Parts parts) : parts_(std::move(parts)) {}

    // When it returns, what was stored before the call is in force. What cannot be read is at its
    // strictest until a later call succeeds. Errors: database_*.
    async::Task<Result<access::StoredSettings>> reload(Deadline deadline);

    // Stores a change and puts it in force here; other replicas hear of it. Sessions that may now
    // live too long are shortened. Returns what the change replaced. Errors: database_*; nothing
    // was changed then, except that nobody knows after database_timeout and database_unavailable.
    async::Task<Result<access::FormerRows>> change(access::SettingsChange change,
                                                   Deadline deadline);

    async::Task<Result<access::StoredSettings>> load(Deadline deadline) {
        return parts_.store.load(deadline);
    }
    [[nodiscard]] const access::EnvironmentSettings& environment() const {
        return parts_.environment.settings;
    }
    // Whether the last reading failed.
    [[nodiscard]] bool stale() const { return stale_; }

private:
    void apply(const Result<access::StoredSettings>& loaded, std::uint64_t ticket);
    async::Task<void> shorten_sessions(Deadline deadline);

    Parts parts_;
    std::mutex mutex_;  // guards what follows; never held across an await
    std::uint64_t begun_ = 0;
    std::uint64_t applied_ = 0;
    std::atomic<bool> stale_ = true;
};

}  // namespace rgw::api
