#include "audit_commands.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <utility>

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
                                                 audit::Evidence evidence) {
    storage::PgCheckpointStore store(database.pool(), cpu);
    Result<std::vector<std::string>> stored =
        co_await store.list_notes(deadline_in(audit_patience));
    if (!stored) {
        co_return stored.error();
    }
    evidence.checkpoints.insert(evidence.checkpoints.end(), stored->begin(), stored->end());
    Result<audit::EvidenceReport> report =
        co_await storage::check_database(database.pool(), std::move(evidence), audit_patience);
    co_return report;
}

int verify_database_log(audit::Evidence evidence) {
    if (evidence.keys.empty()) {
        return fail(audit_keys({}).error());
    }
    const Result<pg::ConnInfo> info = server_connection();
    if (!info) {
        return fail(info.error());
    }
    Database database(info.value(), {.max_open = 2});
    async::CpuPool cpu(1);
    const Result<audit::EvidenceReport> report =
        database.wait_for(check(database, cpu, std::move(evidence)));
    return report ? tell(*report, {}) : fail(report.error());
}

int verify(const std::string& export_file, const std::vector<std::string>& key_texts,
           const std::vector<std::string>& checkpoint_files) {
    Result<audit::Evidence> evidence = gather_evidence(key_texts, checkpoint_files);
    if (!evidence) {
        return fail(evidence.error());
    }
    if (export_file.empty()) {
        return verify_database_log(std::move(*evidence));
    }
    const Result<int> status = verify_export(export_file, std::move(*evidence));
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
}

bool AuditCommands::chosen() const {
    return *verify_ || *export_ || *keys_;
}

int AuditCommands::run() {
    if (*verify_) {
        return verify(export_file_, key_texts_, checkpoint_files_);
    }
    if (*export_) {
        return export_audit_log({.from = from_, .to = to_, .proofs = proofs_, .output = output_});
    }
    return show_keys();
}

}  // namespace rgw::app
