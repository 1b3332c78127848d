#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "rgw/audit/log_export.hpp"
#include "rgw/audit/log_reader.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/migrate.hpp"
#include "rgw/pg/pool.hpp"
#include "rgw/storage/audit_log_store.hpp"

// Reading the audit log of bench/audit_events.sql: what the handlers of /audit-logs do, without
// HTTP.
namespace rgw::bench {
namespace {

using Clock = std::chrono::steady_clock;

Deadline soon() {
    return deadline_in(std::chrono::seconds(30));
}

audit::Filter filter_of(audit::FilterText text) {
    return audit::parse_filter(text, SystemClock().now()).value();
}

class Bench {
public:
    Bench(const std::string& dsn, int rounds)
        : pool_(loop_, pg::ConnInfo::parse(dsn).value(), {}), rounds_(rounds) {
        loop_.start();
    }
    ~Bench() {
        wait(pool_.close(soon()));
        loop_.stop();
        loop_.join();
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    template <class T>
    T wait(async::Task<T> task) {
        return boost::asio::co_spawn(loop_.executor(), std::move(task), boost::asio::use_future)
            .get();
    }

    void measure(const std::string& name, const audit::PageRequest& request) {
        std::vector<double> times_ms;
        audit::GroupPage page;
        for (int i = 0; i < rounds_; ++i) {
            const auto from = Clock::now();
            page = wait(reader_.list(request, soon())).value();
            times_ms.push_back(milliseconds_since(from));
        }
        report(name, times_ms);
        std::cout << " entries " << page.groups.size() << " total "
                  << (page.end.total.capped ? "at least " : "") << page.end.total.events
                  << (page.end.searched_to ? " incomplete" : "") << "\n";
    }

    void measure_count(const std::string& name) {
        std::vector<double> times_ms;
        const audit::Bounds bounds = wait(store_.find_bounds({}, {}, soon())).value();
        for (int i = 0; i < rounds_; ++i) {
            const auto from = Clock::now();
            (void)wait(
                store_.count(
                    {}, {.from = bounds.from, .before = bounds.before, .as_of = bounds.next_index},
                    audit::Show::actions, audit::deepest_entry, soon()))
                .value();
            times_ms.push_back(milliseconds_since(from));
        }
        report(name, times_ms);
        std::cout << "\n";
    }

    // The cursor of a page in the middle of everything.
    audit::Walk in_the_middle() {
        audit::Filter all = filter_of({.range = "all"});
        audit::Walk walk = wait(reader_.begin(all, soon())).value().value();
        walk.window.before /= 2;
        return walk;
    }

    void measure_export(const std::string& name, audit::ExportFormat format) {
        const auto from = Clock::now();
        audit::LogExport log_export(reader_, filter_of({.range = "all"}), format);
        wait(log_export.open()).value();
        std::size_t bytes = 0;
        for (std::string part; !(part = wait(log_export.next()).value()).empty();) {
            bytes += part.size();
        }
        const double seconds = milliseconds_since(from) / 1000;
        std::cout << name << " " << static_cast<double>(log_export.lines()) / seconds << " lines/s "
                  << static_cast<double>(bytes) / seconds / 1e6 << " MB/s\n";
    }

private:
    static double milliseconds_since(Clock::time_point from) {
        return std::chrono::duration<double, std::milli>(Clock::now() - from).count();
    }
    static void report(const std::string& name, std::vector<double> times_ms) {
        std::ranges::sort(times_ms);
        std::cout << name << " p50_ms " << times_ms[times_ms.size() / 2] << " p95_ms "
                  << times_ms[times_ms.size() * 95 / 100];
    }

    async::Loop loop_{"database"};
    pg::Pool pool_;
    storage::PgAuditLogStore store_{pool_};
    audit::LogReader reader_{store_};
    int rounds_;
};

std::string dsn_of_environment() {
    const char* dsn = std::getenv("DATABASE_URL");
    return dsn == nullptr ? "" : dsn;
}

int migrate() {
    async::Loop loop("database");
    loop.start();
    const pg::ConnInfo info = pg::ConnInfo::parse(dsn_of_environment()).value();
    (void)boost::asio::co_spawn(loop.executor(), pg::migrate(loop, info, migrations()),
                                boost::asio::use_future)
        .get()
        .value();
    return 0;
}

int run(int rounds) {
    Bench bench(dsn_of_environment(), rounds);
    bench.measure("first_page_24h", {.filter = filter_of({})});
    bench.measure("first_page_all", {.filter = filter_of({.range = "all"})});
    bench.measure("page_50_of_all", {.filter = filter_of({.range = "all"}), .page = 50});
    bench.measure("cursor_in_the_middle",
                  {.filter = filter_of({.range = "all"}), .before = bench.in_the_middle()});
    bench.measure("user_frequent",
                  {.filter = filter_of({.user = "person3@example.com", .range = "all"})});
    bench.measure("user_rare", {.filter = filter_of({.user = "rare@example.com", .range = "all"})});
    bench.measure("user_unknown",
                  {.filter = filter_of({.user = "nobody@example.com", .range = "all"})});
    bench.measure("status_denied", {.filter = filter_of({.status = "denied", .range = "all"})});
    bench.measure("action_rare", {.filter = filter_of({.action = "app.delete", .range = "all"})});
    bench.measure("app", {.filter = filter_of({.resource = "app-17", .range = "all"})});
    bench.measure(
        "request_id",
        {.filter = filter_of({.request_id = "01KAVVP2G0AAAAAAAAAAAAAAAA", .range = "all"})});
    bench.measure("search_common", {.filter = filter_of({.search = "APP-1", .range = "all"})});
    bench.measure("search_common_24h", {.filter = filter_of({.search = "APP-1"})});
    bench.measure("search_rare",
                  {.filter = filter_of({.search = "needle-in-the-haystack", .range = "all"})});
    bench.measure("search_rare_24h", {.filter = filter_of({.search = "needle-in-the-haystack"})});
    bench.measure_count("count_all");
    bench.measure_export("export_ndjson", audit::ExportFormat::ndjson);
    bench.measure_export("export_csv", audit::ExportFormat::csv);
    return 0;
}

}  // namespace
}  // namespace rgw::bench

int main(int argc, char** argv) {
    CLI::App app("Pages of the audit log; needs DATABASE_URL, filled by bench/audit_events.sql");
    int rounds = 40;
    app.add_option("--rounds", rounds);
    bool migrate = false;
    app.add_flag("--migrate", migrate, "makes the tables, and nothing else");
    CLI11_PARSE(app, argc, argv);
    return migrate ? rgw::bench::migrate() : rgw::bench::run(rounds);
}
