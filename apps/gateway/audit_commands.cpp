#include "audit_commands.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>

#include "anchors.hpp"
#include "audit_evidence.hpp"
#include "commands.hpp"
#include "configuration.hpp"
#include "database.hpp"
#include "rgw/async/cpu_pool.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/audit_reader.hpp"
#include "rgw/storage/checkpoint_store.hpp"

namespace rgw::app {
namespace {

async::Task<Result<audit::EvidenceReport>> check(Database& database, async::CpuPool& cpu,
                                                 Given& given) {
    audit::Evidence& evidence = given.evidence;
    storage::PgCheckpointStore store(database.pool(), cpu);
    Result<std::vector<std::string>> stored =
        co_await store.list_notes(deadline_in(audit_patience));
    if (!stored) {
        co_return stored.error();
    }
    evidence.checkpoints.insert(evidence.checkpoints.end(), stored->begin(), stored->end());
    Result<audit::EvidenceReport> report = co_await storage::check_database(
        database.pool(), std::move(evidence), audit_patience,
        [&given](const audit::StoredEvent& stored) { given.anchors.add(stored); });
    co_return report;
}

int verify_database_log(Given given) {
    if (given.evidence.keys.empty()) {
        return fail(audit_keys({}).error());
    }
    const Result<pg::ConnInfo> info = server_connection();
    if (!info) {
        return fail(info.error());
    }
    Database database(info.value(), {.max_open = 2});
    async::CpuPool cpu(1);
    const Result<audit::EvidenceReport> report = database.wait_for(check(database, cpu, given));
    return report ? tell(*report, given, {}) : fail(report.error());
}

int verify(const std::string& export_file, const EvidenceRequest& request) {
    Result<Given> given = gather_evidence(request);
    if (!given) {
        return fail(given.error());
    }
    if (export_file.empty()) {
        return verify_database_log(std::move(*given));
    }
    const Result<int> status = verify_export(export_file, std::move(*given));
    return status ? *status : fail(status.error());
}

int show_keys() {
    const Result<settings::Loaded> loaded =
        settings::load(settings::process_environment(), settings::Purpose::maintenance);
    if (!loaded) {
        return fail(loaded.error());
    }
    const Result<CheckpointKeys> keys = checkpoint_keys(loaded->settings.audit);
    if (!keys) {
        return fail(keys.error());
    }
    for (const audit::NoteSigner& signer : keys->signers) {
        std::cout << signer.verifier_text() << "\n";
    }
    return 0;
}

}  // namespace

AuditCommands::AuditCommands(CLI::App& program) {
    CLI::App* audit = program.add_subcommand("audit", "the audit log");
    audit->require_subcommand(1);

    verify_ = audit->add_subcommand("verify",
                                    "recompute the log, from the database or from an export, and "
                                    "say whether it is whole");
    verify_->add_option("--export", export_file_,
                        "an export in NDJSON, instead of the database; either order");
    verify_->add_option("--checkpoint", checkpoint_files_,
                        "a file of signed checkpoints that were kept; may be repeated");
    verify_->add_option("--key", key_texts_,
                        "public key of who signs checkpoints, name+hash+key; may be repeated");

    verify_->add_option("--anchor", anchor_paths_,
                        "a file that was fetched from the bucket, or a folder of them; may be "
                        "repeated");
    verify_->add_option("--restored", restores_,
                        "key of an anchor that was written when you know that an older copy of the "
                        "database was put back; may be repeated");
    verify_->add_flag("--anchors", from_bucket_, "all anchors of this log, from the bucket");

    export_ = audit->add_subcommand("export", "write the log as NDJSON, oldest first");
    export_->add_option("--from", from_, "first chain index")->check(CLI::NonNegativeNumber);
    export_->add_option("--to", to_, "last chain index")->check(CLI::NonNegativeNumber);
    CLI::Option* output = export_->add_option(
        "--output", output_,
        "file instead of stdout; signed checkpoints go to FILE.checkpoints, keys to FILE.keys");
    export_
        ->add_flag("--proofs", proofs_,
                   "with each event the proof that it is in the newest checkpoint")
        ->needs(output);

    keys_ = audit->add_subcommand("keys", "print the public keys checkpoints are signed with");

    anchor_ = audit->add_subcommand("anchor", "sign and anchor what is not anchored yet");
    anchor_->add_flag("--accept-restored", accept_restored_,
                      "an older copy of this database was put back: go on from it, and pass the "
                      "anchors over that were made after it");
    write_anchor_ = program.add_subcommand("write-anchor", "the same as audit anchor");
}

bool AuditCommands::chosen() const {
    return *verify_ || *export_ || *keys_ || *anchor_ || *write_anchor_;
}

int AuditCommands::run() {
    if (*verify_) {
        return verify(export_file_, {.key_texts = key_texts_,
                                     .checkpoint_files = checkpoint_files_,
                                     .anchor_paths = anchor_paths_,
                                     .restores = restores_,
                                     .from_bucket = from_bucket_});
    }
    if (*export_) {
        return export_audit_log({.from = from_, .to = to_, .proofs = proofs_, .output = output_});
    }
    if (*anchor_ || *write_anchor_) {
        return anchor_now(accept_restored_ ? audit::Round::restored : audit::Round::now);
    }
    return show_keys();
}

}  // namespace rgw::app
