#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoints.hpp"
#include "configuration.hpp"
#include "database.hpp"
#include "rgw/api/metrics.hpp"
#include "rgw/audit/anchor_set.hpp"
#include "rgw/audit/anchor_writer.hpp"
#include "rgw/audit/archiver.hpp"
#include "rgw/audit/recorder.hpp"
#include "rgw/audit/retention.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/anchor_store.hpp"
#include "rgw/storage/archive_store.hpp"
#include "rgw/storage/database_figures.hpp"

namespace rgw::app {

// Copies of the audit log's checkpoints, and of its events if wanted, in object storage under a
// retention lock (docs/audit-anchors.md). On the database loop.
class Anchors {
public:
    struct Parts {
        Database& database;
        async::CpuPool& cpu;
        Checkpoints& checkpoints;
        const Clock& clock;
        std::int64_t instance;
    };

    Anchors(Parts parts, const settings::AnchorSettings& settings, const CheckpointKeys& keys,
            std::unique_ptr<audit::LockedObjectStore> bucket);

    // Anchor and archive until stop(); a contradiction is recorded.
    async::Task<void> run_anchors(audit::Recorder& recorder);
    async::Task<void> run_archive();
    void stop();

    [[nodiscard]] audit::AnchorWriter& writer() { return writer_; }
    [[nodiscard]] audit::LockedObjectStore& bucket() { return *bucket_; }
    [[nodiscard]] const std::string& chain_id() const { return chain_id_; }
    void set_gauges(const api::Metrics::Set& set, Timestamp now) const;

private:
    async::Task<void> record_contradiction(audit::Recorder& recorder, std::string why);

    storage::PgAnchorStore store_;
    storage::PgArchiveStore archive_store_;
    std::unique_ptr<audit::LockedObjectStore> bucket_;
    audit::AnchorWriter writer_;
    std::optional<audit::Archiver> archiver_;
    const Clock& clock_;
    std::int64_t instance_;
    std::string chain_id_;
    bool stopping_ = false;
};

// Null without AUDIT_ANCHOR_BUCKET. Error: configuration_invalid, naming the setting.
[[nodiscard]] Result<std::unique_ptr<audit::LockedObjectStore>> open_bucket(
    const settings::Settings& settings, const Clock& clock);
// What retention waits for.
[[nodiscard]] audit::PruneBelow prune_below(const settings::AnchorSettings& settings);
// What doctor judges anchors by: what the bucket says, asked now. Nothing without
// AUDIT_ANCHOR_BUCKET.
[[nodiscard]] std::optional<storage::AnchorFigures> examine_anchors(
    Database& database, const settings::Settings& settings);
// `audit anchor` (anchor_commands.cpp); the exit status.
int anchor_now(audit::Round round);
// Of this chain in the bucket of the environment, all there are. Error: configuration_invalid, or
// the bucket's.
[[nodiscard]] Result<std::vector<audit::FoundAnchor>> fetch_anchors();
// Files and folders with files that were fetched before. Error: invalid_value, naming the file.
[[nodiscard]] Result<std::vector<audit::FoundAnchor>> read_anchor_files(
    const std::vector<std::string>& paths);

}  // namespace rgw::app
