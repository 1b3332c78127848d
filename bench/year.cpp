#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "rgw/async/task_group.hpp"
#include "rgw/audit/log_reader.hpp"
#include "rgw/audit/retention.hpp"
#include "rgw/crypto/aead.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/migrate.hpp"
#include "rgw/storage/audit_log_store.hpp"
#include "rgw/storage/audit_store.hpp"
#include "rgw/storage/checkpoint_store.hpp"
#include "rgw/storage/retention_store.hpp"
#include "year_events.hpp"

// A year of a gateway with 10,000 events a day: written, read in pages, pruned while others append.
// bench/run.sh calls the three and measures the programs on the same log.
namespace rgw::bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

double seconds_since(Clock::time_point from) {
    return std::chrono::duration<double>(Clock::now() - from).count();
}

void print_times(const std::string& name, std::vector<double> times_ms) {
    std::ranges::sort(times_ms);
    std::cout << name << " p50_ms " << times_ms[times_ms.size() / 2] << " p99_ms "
              << times_ms[times_ms.size() * 99 / 100] << std::endl;
}

// Of the key that the gateway derives from AUDIT_HMAC_SECRET, so that `audit verify` knows it.
Result<audit::NoteSigner> signer_of(const Secret& hmac_secret, const std::string& origin) {
    Result<crypto::SigningKey> key = crypto::SigningKey::ed25519(
        crypto::PurposeKey(hmac_secret, "audit checkpoint signing").key);
    return key ? audit::NoteSigner::make(origin, std::move(*key))
               : Result<audit::NoteSigner>(key.error());
}

// One gateway's share of the log.
class Gateway {
public:
    Gateway() {
        loop_.start();
        appender_.start();
    }
    ~Gateway() {
        wait(appender_.close(deadline_in(30s)));
        wait(pool_.close(deadline_in(10s)));
        loop_.stop();
        loop_.join();
    }
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    template <class T>
    T wait(async::Task<T> task) {
        return boost::asio::co_spawn(loop_.executor(), std::move(task), boost::asio::use_future)
            .get();
    }

    int fill(std::int64_t days, std::int64_t per_day, int callers) {
        wait(pg::migrate(loop_, info_, migrations())).value();
        YearOfEvents year(SystemClock().now() - days * 24h, days, per_day);
        const auto from = Clock::now();
        const Result<void> written = wait(write_year(loop_, appender_, writer_, year, callers));
        if (!written) {
            std::cerr << describe(written.error()) << "\n";
            return 1;
        }
        const auto events = static_cast<double>(appender_.stats().events_total);
        std::cout << "events " << static_cast<std::int64_t>(events) << "\nevents_per_second "
                  << events / seconds_since(from) << std::endl;
        return 0;
    }

    int read(int rounds) {
        std::vector<double> lists;
        std::vector<double> searches;
        const auto page = [&](const std::string& name, audit::FilterText text,
                              std::vector<double>& all, std::int64_t number = 1) {
            std::vector<double> times;
            for (int i = 0; i < rounds; ++i) {
                const auto from = Clock::now();
                const audit::Filter filter = audit::parse_filter(text, SystemClock().now()).value();
                (void)wait(reader_.list({.filter = filter, .page = number}, deadline_in(30s)))
                    .value();
                times.push_back(seconds_since(from) * 1000);
            }
            all.insert(all.end(), times.begin(), times.end());
            print_times("  " + name, std::move(times));
        };
        page("first_24h", {}, lists);
        page("first_7d", {.range = "7d"}, lists);
        page("first_all", {.range = "all"}, lists);
        page("page_50", {.range = "all"}, lists, 50);
        page("user", {.user = "anna.fischer@example.com", .range = "30d"}, lists);
        page("user_rare", {.user = "olivia.nguyen@example.com", .range = "all"}, lists);
        page("user_unknown", {.user = "nobody@example.com", .range = "all"}, lists);
        page("denied", {.status = "denied", .range = "all"}, lists);
        page("failed_30d", {.status = "failed", .range = "30d"}, lists);
        page("action", {.action = "release.promote", .range = "30d"}, lists);
        page("app", {.resource = "ledger", .range = "30d"}, lists);
        page("sign_ins", {.action_type = "auth", .range = "7d"}, lists);
        page("search_24h", {.search = "console"}, searches);
        page("search_7d", {.search = "ledger", .range = "7d"}, searches);
        page("search_all", {.search = "Billing", .range = "all"}, searches);
        page("search_nothing", {.search = "needle-in-the-haystack", .range = "all"}, searches);
        print_times("lists", std::move(lists));
        print_times("searches", std::move(searches));
        return 0;
    }

    int prune(std::int64_t days, int callers) {
        YearOfEvents events(SystemClock().now(), 1, 1'000'000'000);
        wait(writer_.write(deadline_in(60s))).value();
        append_for(3s, events, callers, "appends_alone");
        audit::Pruner pruner({.store = retention_,
                              .checkpoints = checkpoints_,
                              .proofs = proofs_,
                              .recorder = appender_,
                              .clock = clock_},
                             {audit::NoteVerifier::parse(signer().verifier_text()).value()},
                             {.days = days});
        const auto from = Clock::now();
        std::future<Result<std::int64_t>> pruned =
            boost::asio::co_spawn(loop_.executor(), pruner.run(), boost::asio::use_future);
        std::vector<double> waits;
        async::Loop callers_loop("callers");
        callers_loop.start();
        std::atomic<bool> stop = false;
        std::future<void> appending = boost::asio::co_spawn(
            callers_loop.executor(), append_until(callers_loop, stop, events, callers, waits),
            boost::asio::use_future);
        const Result<std::int64_t> removed = pruned.get();
        const double took = seconds_since(from);
        stop = true;
        appending.get();
        if (!removed) {
            std::cerr << describe(removed.error()) << "\n";
            return 1;
        }
        std::cout << "pruned " << *removed << "\nprune_seconds " << took << "\n";
        print_times("appends_meanwhile", std::move(waits));
        wait(writer_.write(deadline_in(60s))).value();
        return 0;
    }

private:
    audit::NoteSigner signer() {
        return signer_of(Secret(from_environment("AUDIT_HMAC_SECRET")), "localhost/audit").value();
    }

    // A caller that thinks for a moment between two calls.
    async::Task<void> append_steadily(const std::atomic<bool>& stop, YearOfEvents& events,
                                      std::vector<double>& waits_ms) {
        while (!stop) {
            audit::Event event = events.next(0).value();
            event.at = SystemClock().now();
            event.phase = audit::Phase::single;
            const auto from = Clock::now();
            const Result<audit::Receipt> receipt =
                co_await appender_.append(std::move(event), deadline_in(30s));
            receipt.value();
            waits_ms.push_back(seconds_since(from) * 1000);
            co_await async::sleep_for(5ms);
        }
    }

    async::Task<void> append_until(async::Loop& loop, const std::atomic<bool>& stop,
                                   YearOfEvents& events, int callers,
                                   std::vector<double>& waits_ms) {
        async::TaskGroup group(loop);
        for (int i = 0; i < callers; ++i) {
            group.spawn(append_steadily(stop, events, waits_ms));
        }
        co_await group.join();
    }

    void append_for(std::chrono::seconds length, YearOfEvents& events, int callers,
                    const std::string& name) {
        std::vector<double> waits;
        async::Loop callers_loop("callers");
        callers_loop.start();
        std::atomic<bool> stop = false;
        std::future<void> appending = boost::asio::co_spawn(
            callers_loop.executor(), append_until(callers_loop, stop, events, callers, waits),
            boost::asio::use_future);
        appending.wait_for(length);
        stop = true;
        appending.get();
        print_times(name, std::move(waits));
    }

    async::Loop loop_{"database"};
    pg::ConnInfo info_ = pg::ConnInfo::parse(from_environment("DATABASE_URL")).value();
    pg::Pool pool_{loop_, info_, {}};
    SystemClock clock_;
    async::CpuPool cpu_{1};
    storage::PgAuditStore store_{pool_, 1};
    storage::PgCheckpointStore checkpoints_{pool_, cpu_};
    storage::PgRetentionStore retention_{pool_};
    storage::PgAuditLogStore log_store_{pool_};
    audit::LogReader reader_{log_store_};
    audit::CheckpointWriter writer_{checkpoints_, {signer()}};
    audit::ProofMaker proofs_{checkpoints_, cpu_};
    audit::Appender appender_{
        loop_, store_, {audit::Key(Secret(from_environment("AUDIT_HMAC_SECRET")))}, {}, {}};
};

}  // namespace
}  // namespace rgw::bench

int main(int argc, char** argv) {
    CLI::App app("A year of audit events; needs DATABASE_URL and AUDIT_HMAC_SECRET");
    app.require_subcommand(1);
    std::int64_t days = 365;
    std::int64_t per_day = 10'000;
    int callers = 1024;
    int rounds = 40;
    std::int64_t limit = 90;
    int appending = 20;
    CLI::App* fill = app.add_subcommand("fill", "migrate, and write them");
    fill->add_option("--days", days);
    fill->add_option("--per-day", per_day);
    fill->add_option("--callers", callers);
    CLI::App* read = app.add_subcommand("read", "pages as the API reads them");
    read->add_option("--rounds", rounds);
    CLI::App* prune = app.add_subcommand("prune", "what is older goes, while others append");
    prune->add_option("--days", limit);
    prune->add_option("--callers", appending);
    CLI11_PARSE(app, argc, argv);
    rgw::bench::Gateway gateway;
    if (*fill) {
        return gateway.fill(days, per_day, callers);
    }
    return *read ? gateway.read(rounds) : gateway.prune(limit, appending);
}
