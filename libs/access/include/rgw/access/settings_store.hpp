#pragma once

#include <map>
#include <optional>
#include <string>

#include "rgw/access/effective_setting.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"

namespace rgw::access {

// Rows to write, of one app or with "" the global ones: key to JSON text, or to nothing where the
// row is to go.
struct SettingsChange {
    std::string app;
    std::map<std::string, std::optional<std::string>, std::less<>> rows;
    std::optional<UserId> by;
};

// What stood in the rows that a change altered: JSON text, or nothing where there was no row.
using FormerRows = std::map<std::string, std::optional<std::string>, std::less<>>;

// The settings as they would be after a change.
[[nodiscard]] StoredSettings changed(StoredSettings settings, const SettingsChange& change);

// The port the PostgreSQL store implements (libs/storage); a memory store passes the same contract
// test.
class SettingsStore {
public:
    virtual ~SettingsStore() = default;
    // Every row, global and per app.
    virtual async::Task<Result<StoredSettings>> load(Deadline deadline) = 0;
    // All rows or none; a row that says the same already is left alone. One change at a time: what
    // is returned is what the change really replaced.
    virtual async::Task<Result<FormerRows>> change(SettingsChange change, Deadline deadline) = 0;
};

}  // namespace rgw::access
