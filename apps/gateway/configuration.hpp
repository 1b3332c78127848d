#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/audit/chain.hpp"
#include "rgw/audit/checkpoint.hpp"
#include "rgw/audit/locked_object_store.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/conninfo.hpp"
#include "rgw/settings/settings.hpp"

namespace rgw::app {

[[nodiscard]] std::optional<std::string> from_environment(std::string_view name);

// The connection strings of the environment. Error: configuration_invalid naming the variable.
[[nodiscard]] Result<pg::ConnInfo> server_connection();
[[nodiscard]] Result<pg::ConnInfo> admin_connection();

// The key the log is sealed with, then those it was sealed with before. Error:
// configuration_invalid.
[[nodiscard]] Result<std::vector<audit::Key>> audit_keys(const settings::AuditSettings& settings);

// What signs checkpoints of the log, the current key first, and what they are checked with: the
// same, and the keys that were derived from earlier HMAC secrets.
struct CheckpointKeys {
    std::vector<audit::NoteSigner> signers;
    std::vector<audit::NoteVerifier> verifiers;
};
// Error: configuration_invalid naming the variable.
[[nodiscard]] Result<CheckpointKeys> checkpoint_keys(const settings::AuditSettings& settings);

// What the audit log is sealed, signed and anchored with.
struct LogMeans {
    std::vector<audit::Key> chain;
    CheckpointKeys checkpoints;
    std::unique_ptr<audit::LockedObjectStore> bucket;  // null when nothing is anchored
};

}  // namespace rgw::app
