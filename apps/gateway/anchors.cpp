#include "anchors.hpp"

#include <utility>

#include "aws.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"

namespace rgw::app {
namespace {

using namespace std::chrono_literals;

constexpr auto tick = 500ms;
constexpr auto archive_interval = 30s;
constexpr auto patience = 60s;
// Longer than a round of archiving, so that no two processes do it at once.
constexpr auto turn = 120s;

std::chrono::days anchor_days(const settings::AnchorSettings& settings) {
    return std::chrono::days(settings.retention_days);
}

audit::AnchorOptions anchor_options(const settings::AnchorSettings& settings,
                                    std::int64_t instance) {
    return {.bucket = settings.bucket,
            .chain_id = settings.chain_id,
            .retention = anchor_days(settings),
            .interval = std::chrono::minutes(settings.interval_minutes),
            .instance = instance};
}

// What a contradiction looks like in the log it is about.
audit::Event contradiction_event(const std::string& why, Timestamp at) {
    audit::Event event;
    event.at = at;
    event.action_type = "admin";
    event.action = "audit.anchor_contradicted";
    event.resource_type = "audit";
    event.status = "error";
    std::string details = R"({"by":"gateway","why":)";
    append_json_string(details, why);
    event.details = details + "}";
    return event;
}

}  // namespace

Result<std::unique_ptr<audit::LockedObjectStore>> open_bucket(const settings::Settings& settings,
                                                              const Clock& clock) {
    if (settings.anchors.bucket.empty()) {
        return std::unique_ptr<audit::LockedObjectStore>();
    }
    if (!audit::is_chain_id(settings.anchors.chain_id)) {
        return Error(Errc::configuration_invalid,
                     "AUDIT_ANCHOR_CHAIN_ID: must be 1 to 64 letters, digits, '.', '_' or '-', and "
                     "begin with a letter or digit");
    }
    outbound::S3Options options = s3_options(settings.aws, settings.anchors.bucket);
    options.kms_key_id = settings.anchors.kms_key_id;
    auto opened = outbound::S3ObjectStore::open(std::move(options), clock);
    if (!opened) {
        return Error(Errc::configuration_invalid, "AUDIT_ANCHOR_BUCKET: " + opened.error().detail);
    }
    return std::unique_ptr<audit::LockedObjectStore>(std::move(*opened));
}

Anchors::Anchors(Parts parts, const settings::AnchorSettings& settings, const CheckpointKeys& keys,
                 std::unique_ptr<audit::LockedObjectStore> bucket)
    : store_(parts.database.pool()),
      archive_store_(parts.database.pool(), parts.cpu),
      bucket_(std::move(bucket)),
      writer_({.store = store_, .objects = *bucket_, .clock = parts.clock}, keys.signers,
              keys.verifiers, anchor_options(settings, parts.instance)),
      clock_(parts.clock),
      instance_(parts.instance),
      chain_id_(settings.chain_id) {
    if (settings.archive) {
        archiver_.emplace(archive_store_, *bucket_, parts.checkpoints.proofs(), parts.cpu,
                          parts.clock,
                          audit::ArchiveOptions{
                              .bucket = settings.bucket,
                              .chain_id = settings.chain_id,
                              .retention = settings.archive_retention_days
                                               ? std::chrono::days(*settings.archive_retention_days)
                                               : anchor_days(settings)});
    }
}

async::Task<void> Anchors::run_anchors(audit::Recorder& recorder) {
    co_await writer_.run([this, &recorder](std::string why) {
        return record_contradiction(recorder, std::move(why));
    });
}

async::Task<void> Anchors::record_contradiction(audit::Recorder& recorder, std::string why) {
    const Result<audit::Receipt> written =
        co_await recorder.append(contradiction_event(why, clock_.now()), deadline_in(patience));
    if (!written) {
        log::warn("that the anchors contradict this database could not be recorded",
                  {{"error", describe(written.error())}});
    }
}

async::Task<void> Anchors::run_archive() {
    if (!archiver_) {
        co_return;
    }
    for (Deadline next = std::chrono::steady_clock::now(); !stopping_;) {
        co_await async::sleep_for(tick);
        if (std::chrono::steady_clock::now() < next) {
            continue;
        }
        next = deadline_in(archive_interval);
        const Result<bool> due = co_await archiver_->due(deadline_in(patience));
        if (!due) {
            log::warn("it is not known what is to be archived", {{"error", describe(due.error())}});
        }
        if (!due || !*due) {
            continue;  // the turn is for who needs it
        }
        const Result<bool> mine = co_await store_.take_turn(instance_, turn, deadline_in(patience));
        if (mine && *mine) {
            co_await archiver_->archive(deadline_in(patience));
            co_await store_.take_turn(instance_, 0s, deadline_in(patience));
        }
    }
}

void Anchors::stop() {
    stopping_ = true;
    writer_.stop();
}

void Anchors::set_gauges(const api::Metrics::Set& set, Timestamp now) const {
    const audit::AnchorStats stats = writer_.stats();
    if (stats.newest_at) {
        const std::chrono::duration<double> age = now - *stats.newest_at;
        set("rack_gateway_audit_anchor_age_seconds",
            "Age of the newest anchor of the audit log; there is none without a new event",
            age.count());
    }
    set("rack_gateway_audit_anchor_size", "Events the newest anchor covers",
        static_cast<double>(stats.newest_size));
    set("rack_gateway_audit_anchor_failures_total", "Anchors that could not be written",
        static_cast<double>(stats.failures_total));
    set("rack_gateway_audit_anchor_overdue",
        "1 while an event waits for an anchor for more than two intervals", stats.overdue ? 1 : 0);
    set("rack_gateway_audit_anchor_contradicted",
        "1 while the anchors contradict this database: an older copy, or another history",
        stats.contradiction.empty() ? 0 : 1);
    if (archiver_) {
        const audit::ArchiveStats archive = archiver_->stats();
        set("rack_gateway_audit_archived_events", "Events that are in the archive, or were pruned",
            static_cast<double>(archive.archived_before));
        set("rack_gateway_audit_archive_failures_total",
            "Segments of the audit log that could not be archived",
            static_cast<double>(archive.failures_total));
    }
}

audit::PruneBelow prune_below(const settings::AnchorSettings& settings) {
    if (settings.bucket.empty()) {
        return audit::PruneBelow::checkpoint;
    }
    return settings.archive ? audit::PruneBelow::archive : audit::PruneBelow::anchor;
}

}  // namespace rgw::app
