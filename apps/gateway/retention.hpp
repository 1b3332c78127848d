#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checkpoints.hpp"
#include "database.hpp"
#include "rgw/audit/retention.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/cleanup_store.hpp"
#include "rgw/storage/retention_store.hpp"

namespace rgw::app {

// What leaves the database because of its age (docs/database-setup.md, "Log Retention"). On the
// database loop.
class Retention {
public:
    struct Parts {
        Database& database;
        Checkpoints& checkpoints;
        audit::Recorder& recorder;
        const Clock& clock;
    };

    struct Limits {
        std::optional<std::int64_t> days;  // without, no event is removed
        audit::PruneBelow below = audit::PruneBelow::checkpoint;
    };

    Retention(Parts parts, std::vector<audit::NoteVerifier> verifiers, Limits limits);

    // One round, unless one is under way; failures are logged, and the next round goes on.
    async::Task<void> run();
    // Ends a round soon.
    void stop();

private:
    async::Task<void> prune();
    async::Task<void> forget();

    const Clock& clock_;
    storage::PgRetentionStore store_;
    storage::PgCleanupStore cleanup_;
    std::optional<audit::Pruner> pruner_;
    bool running_ = false;
};

// At start: makes LOG_RETENTION_DAYS the least age the database lets anybody remove events at, as
// the login of ADMIN_DATABASE_URL where the server's may not. Where neither may, the longer of the
// two counts, and a warning says so. Errors: those of the database.
[[nodiscard]] Result<void> agree_on_retention(Database& database,
                                              const settings::Settings& settings);
// The same for `migrate`, as whoever migrates; leaves the limit alone when the variable is unset.
// The exit status.
int allow_retention(const pg::ConnInfo& admin);

}  // namespace rgw::app
