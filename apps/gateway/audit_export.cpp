// `audit export`: the log from the database, oldest first, in bounded memory.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <utility>

#include "audit_evidence.hpp"
#include "commands.hpp"
#include "configuration.hpp"
#include "database.hpp"
#include "rgw/async/cpu_pool.hpp"
#include "rgw/audit/export_file.hpp"
#include "rgw/audit/log_export.hpp"
#include "rgw/audit/proof_maker.hpp"
#include "rgw/storage/audit_reader.hpp"
#include "rgw/storage/checkpoint_store.hpp"

namespace rgw::app {
namespace {

using Proven = std::optional<audit::ProofMaker::Proven>;

struct Source {
    Database& database;
    storage::PgCheckpointStore& checkpoints;
    audit::ProofMaker& proofs;
};

Result<void> state_of(const std::ostream& out, const std::string& name) {
    return out ? Result<void>()
               : Error(Errc::invalid_value,
                       (name.empty() ? "stdout" : "--output " + name) + ": cannot be written");
}

// Adds the proof of an event that the checkpoint covers.
async::Task<Result<void>> prove(Source source, audit::GroupedTree& tree, std::int64_t index,
                                std::string& line) {
    if (index >= tree.size()) {
        co_return Result<void>();
    }
    const Result<void> opened =
        co_await source.proofs.open_group_of(index, tree, deadline_in(audit_patience));
    if (!opened) {
        co_return opened.error();
    }
    audit::append_proof(line, {.tree_size = tree.size(),
                               .nodes = tree.nodes(audit::inclusion_path(index, tree.size()))});
    co_return Result<void>();
}

// How many events were written. Errors: those of the database and of `out`.
async::Task<Result<std::int64_t>> write_events(Source source, const ExportRequest& request,
                                               Proven& proven, std::ostream& out) {
    Result<storage::AuditReader> reader =
        co_await storage::AuditReader::open(source.database.pool(), deadline_in(audit_patience));
    if (!reader) {
        co_return reader.error();
    }
    std::int64_t written = 0;
    for (std::int64_t after = request.from - 1;;) {
        const Result<std::vector<audit::StoredEvent>> page =
            co_await reader->next_page(after, deadline_in(audit_patience));
        if (!page) {
            co_return page.error();
        }
        for (const audit::StoredEvent& stored : *page) {
            if (request.to && stored.chain_index > *request.to) {
                co_return written;
            }
            std::string line;
            audit::append_ndjson(line, stored);
            if (proven) {
                const Result<void> added =
                    co_await prove(source, proven->tree, stored.chain_index, line);
                if (!added) {
                    co_return added.error();
                }
            }
            out << line;
            ++written;
        }
        const Result<void> sound = state_of(out, request.output);
        if (!sound) {
            co_return sound.error();
        }
        if (page->empty()) {
            co_return written;
        }
        after = page->back().chain_index;
    }
}

// The newest note first: a reader that wants one takes the first.
async::Task<Result<void>> write_beside(Source source, const Proven& proven,
                                       const std::string& output) {
    Result<std::vector<std::string>> notes =
        co_await source.checkpoints.list_notes(deadline_in(audit_patience));
    if (!notes) {
        co_return notes.error();
    }
    const Result<std::vector<audit::UsedKey>> keys =
        co_await source.checkpoints.list_keys(deadline_in(audit_patience));
    if (!keys) {
        co_return keys.error();
    }
    if (proven && std::ranges::find(*notes, proven->checkpoint.note) == notes->end()) {
        notes->push_back(proven->checkpoint.note);
    }
    std::ofstream checkpoint_file(output + ".checkpoints", std::ios::binary);
    for (auto note = notes->rbegin(); note != notes->rend(); ++note) {
        checkpoint_file << *note;
    }
    std::ofstream key_file(output + ".keys", std::ios::binary);
    for (const audit::UsedKey& key : *keys) {
        key_file << key.verifier << "\n";
    }
    checkpoint_file.flush();
    key_file.flush();
    const Result<void> sound = state_of(checkpoint_file, output + ".checkpoints");
    co_return sound ? state_of(key_file, output + ".keys") : sound;
}

async::Task<Result<std::int64_t>> write_export(Source source, const ExportRequest& request,
                                               std::ostream& out) {
    // Before the events: what it covers is there when they are read.
    Proven proven;
    if (request.proofs) {
        auto loaded = co_await source.proofs.load(std::nullopt, deadline_in(audit_patience));
        if (!loaded) {
            co_return loaded.error();
        }
        proven = std::move(*loaded);
    }
    Result<std::int64_t> written = co_await write_events(source, request, proven, out);
    if (!written) {
        co_return written;
    }
    out.flush();
    Result<void> sound = state_of(out, request.output);
    if (sound && !request.output.empty()) {
        sound = co_await write_beside(source, proven, request.output);
    }
    co_return sound ? written : Result<std::int64_t>(sound.error());
}

}  // namespace

int export_audit_log(const ExportRequest& request) {
    const Result<pg::ConnInfo> info = server_connection();
    if (!info) {
        return fail(info.error());
    }
    std::ofstream file;
    if (!request.output.empty()) {
        file.open(request.output, std::ios::binary);
    }
    std::ostream& out = request.output.empty() ? std::cout : file;
    if (const Result<void> sound = state_of(out, request.output); !sound) {
        return fail(sound.error());
    }
    Database database(info.value(), {.max_open = 2});
    async::CpuPool cpu(1);
    storage::PgCheckpointStore checkpoints(database.pool(), cpu);
    audit::ProofMaker proofs(checkpoints, cpu);
    const Result<std::int64_t> written =
        database.wait_for(write_export({database, checkpoints, proofs}, request, out));
    if (!written) {
        return fail(written.error());
    }
    std::cerr << *written << " events written.\n";
    return 0;
}

}  // namespace rgw::app
