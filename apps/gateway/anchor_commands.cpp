// Anchors from the command line: written now, fetched, or read from files.
#include <bit>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "anchors.hpp"
#include "commands.hpp"
#include "host_audit.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/crypto/random.hpp"

namespace rgw::app {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;

// Everything that writes or reads anchors in a process of its own.
class Desk {
public:
    // Error: configuration_invalid.
    static Result<std::unique_ptr<Desk>> open(Database& database,
                                              const settings::Settings& settings) {
        Result<CheckpointKeys> keys = checkpoint_keys(settings.audit);
        if (!keys) {
            return keys.error();
        }
        if (settings.anchors.bucket.empty()) {
            return Error(Errc::configuration_invalid,
                         "AUDIT_ANCHOR_BUCKET is not set: there is nowhere to anchor");
        }
        auto desk = std::make_unique<Desk>(database, *keys);
        auto bucket = open_bucket(settings, desk->clock_);
        if (!bucket) {
            return bucket.error();
        }
        desk->anchors_ = std::make_unique<Anchors>(
            Anchors::Parts{.database = database,
                           .cpu = desk->cpu_,
                           .checkpoints = desk->checkpoints_,
                           .clock = desk->clock_,
                           .instance = std::bit_cast<std::int64_t>(crypto::random_u64())},
            settings.anchors, *keys, std::move(*bucket));
        return desk;
    }
    Desk(Database& database, const CheckpointKeys& keys) : checkpoints_(database, cpu_, keys) {}

    [[nodiscard]] audit::CheckpointWriter& checkpoints() { return checkpoints_.writer(); }
    [[nodiscard]] Anchors& anchors() { return *anchors_; }

private:
    SystemClock clock_;
    async::CpuPool cpu_{1};
    Checkpoints checkpoints_;
    std::unique_ptr<Anchors> anchors_;
};

Result<settings::Settings> maintenance_settings() {
    Result<settings::Loaded> loaded =
        settings::load(settings::process_environment(), settings::Purpose::maintenance);
    return loaded ? Result<settings::Settings>(std::move(loaded->settings)) : loaded.error();
}

// Signs what is not signed yet, and anchors it.
async::Task<Result<std::optional<audit::AnchorLink>>> sign_and_anchor(Desk& desk,
                                                                      audit::Round round) {
    const Result<void> is_signed = co_await desk.checkpoints().write(deadline_in(patience));
    if (!is_signed) {
        co_return is_signed.error();
    }
    Result<std::optional<audit::AnchorLink>> written =
        co_await desk.anchors().writer().write(deadline_in(patience), round);
    co_return written;
}

// That an older copy counts from now on is an operator's decision, and on record before it does.
async::Task<Result<std::optional<audit::AnchorLink>>> accept_restored(HostAudit& audit,
                                                                      Desk& desk) {
    Result<std::string> against =
        co_await desk.anchors().writer().find_contradiction(deadline_in(patience));
    if (!against) {
        co_return against.error();
    }
    if (against->empty()) {
        co_return Error(Errc::invalid_value,
                        "--accept-restored: the anchors do not contradict this database");
    }
    std::string more = R"(,"passed_over":)";
    append_json_string(more, *against);
    const Result<std::int64_t> intent = co_await audit.begin({.type = "admin",
                                                              .action = "audit.anchor_restored",
                                                              .resource = desk.anchors().chain_id(),
                                                              .user_email = {},
                                                              .more = std::move(more)});
    if (!intent) {
        co_return intent.error();
    }
    Result<std::optional<audit::AnchorLink>> written =
        co_await sign_and_anchor(desk, audit::Round::restored);
    const Result<void> ended = co_await audit.end(*intent, written ? "success" : "error");
    co_return ended ? written : ended.error();
}

async::Task<Result<std::vector<audit::FoundAnchor>>> fetch_all(Anchors& anchors) {
    std::vector<audit::FoundAnchor> found;
    for (std::string after;;) {
        const Result<std::vector<std::string>> keys =
            co_await anchors.bucket().list(anchors.chain_id() + "/", after, deadline_in(patience));
        if (!keys) {
            co_return keys.error();
        }
        for (const std::string& key : *keys) {
            if (!audit::is_anchor_key(key, anchors.chain_id())) {
                continue;
            }
            Result<std::optional<std::string>> body =
                co_await anchors.bucket().get(key, deadline_in(patience));
            if (!body) {
                co_return body.error();
            }
            found.push_back({.place = key, .body = body->value_or("")});
        }
        if (keys->empty() || !audit::is_anchor_key(keys->back(), anchors.chain_id())) {
            co_return found;
        }
        after = keys->back();
    }
}

Result<audit::FoundAnchor> read_anchor_file(const std::filesystem::path& file, std::string place) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream || text.view().size() > audit::max_anchor_bytes) {
        return Error(Errc::invalid_value,
                     "--anchor " + file.string() + ": cannot be read, or is no anchor");
    }
    return audit::FoundAnchor{.place = std::move(place), .body = std::move(text).str()};
}

}  // namespace

int anchor_now(audit::Round round) {
    const Result<settings::Settings> settings = maintenance_settings();
    if (!settings) {
        return fail(settings.error());
    }
    Result<std::unique_ptr<Host>> host = Host::open(settings->audit);
    if (!host) {
        return fail(host.error());
    }
    Database& database = (*host)->database();
    Result<std::unique_ptr<Desk>> desk = Desk::open(database, *settings);
    if (!desk) {
        return fail(desk.error());
    }
    const Result<std::optional<audit::AnchorLink>> written =
        round == audit::Round::restored
            ? database.wait_for(accept_restored((*host)->audit(), **desk))
            : database.wait_for(sign_and_anchor(**desk, round));
    if (!written) {
        return fail(written.error());
    }
    if (*written) {
        std::cout << (*written)->object_key << "\nSHA-256 " << crypto::hex((*written)->body_hash)
                  << "\n";
    } else {
        std::cout << "nothing new to anchor, or another process is at it\n";
    }
    return 0;
}

std::optional<storage::AnchorFigures> examine_anchors(Database& database,
                                                      const settings::Settings& settings) {
    if (settings.anchors.bucket.empty()) {
        return std::nullopt;
    }
    storage::AnchorFigures figures{
        .interval = std::chrono::minutes(settings.anchors.interval_minutes),
        .contradiction = {},
        .unreachable = {}};
    Result<std::unique_ptr<Desk>> desk = Desk::open(database, settings);
    Result<std::string> against =
        desk ? database.wait_for(
                   (*desk)->anchors().writer().find_contradiction(deadline_in(patience)))
             : desk.error();
    if (against) {
        figures.contradiction = std::move(*against);
    } else {
        figures.unreachable = describe(against.error());
    }
    return figures;
}

Result<std::vector<audit::FoundAnchor>> fetch_anchors() {
    const Result<settings::Settings> settings = maintenance_settings();
    if (!settings) {
        return settings.error();
    }
    Result<pg::ConnInfo> info = server_connection();
    if (!info) {
        return info.error();
    }
    Database database(std::move(*info), {.max_open = 1});
    Result<std::unique_ptr<Desk>> desk = Desk::open(database, *settings);
    return desk ? database.wait_for(fetch_all((*desk)->anchors())) : desk.error();
}

Result<std::vector<audit::FoundAnchor>> read_anchor_files(const std::vector<std::string>& paths) {
    namespace fs = std::filesystem;
    std::vector<std::pair<fs::path, std::string>> files;  // and where each lay
    for (const std::string& path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            files.emplace_back(path, fs::path(path).filename().string());
            continue;
        }
        for (fs::recursive_directory_iterator at(path, error), end; !error && at != end;
             at.increment(error)) {
            if (at->is_regular_file() && at->path().extension() == ".json") {
                files.emplace_back(at->path(), fs::relative(at->path(), path).generic_string());
            }
        }
        if (error) {
            return Error(Errc::invalid_value, "--anchor " + path + ": " + error.message());
        }
    }
    std::vector<audit::FoundAnchor> found;
    for (auto& [file, place] : files) {
        Result<audit::FoundAnchor> read = read_anchor_file(file, std::move(place));
        if (!read) {
            return read.error();
        }
        found.push_back(std::move(*read));
    }
    return found;
}

}  // namespace rgw::app
