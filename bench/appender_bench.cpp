#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "rgw/async/task_group.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/migrate.hpp"
#include "rgw/storage/audit_store.hpp"

// Durable audit appends per second: producers on one loop, the real appender and store on another.
namespace rgw::bench {
namespace {

using Clock = std::chrono::steady_clock;

audit::Event proxied_read() {
    audit::Event event;
    event.at = SystemClock().now();
    event.user_email = "developer@example.com";
    event.user_name = "A Developer";
    event.api_token_id = 42;
    event.api_token_name = "laptop";
    event.action_type = "convox";
    event.action = "app.list";
    event.resource_type = "app";
    event.resource = "all";
    event.details = R"({"method":"GET","path":"/apps"})";
    event.request_id = "01KAQ3V3M2ZJ5T7N0C8W1D9RXE";
    event.ip_address = "203.0.113.7";
    event.user_agent = "convox.go/3.24.0";
    event.status = "success";
    event.rbac_decision = "allow";
    event.http_status = 200;
    event.response_time_ms = 3;
    return event;
}

async::Task<void> produce(audit::Appender& appender, Clock::time_point end,
                          std::vector<double>& waits_ms) {
    while (Clock::now() < end) {
        const auto from = Clock::now();
        const Result<audit::Receipt> receipt =
            co_await appender.append(proxied_read(), deadline_in(std::chrono::seconds(10)));
        if (!receipt) {
            std::cerr << describe(receipt.error()) << "\n";
            std::_Exit(1);
        }
        waits_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - from).count());
    }
}

async::Task<void> run_producers(async::Loop& loop, audit::Appender& appender, int producers,
                                std::chrono::seconds length, std::vector<double>& waits_ms) {
    async::TaskGroup group(loop);
    const auto end = Clock::now() + length;
    for (int i = 0; i < producers; ++i) {
        group.spawn(produce(appender, end, waits_ms));
    }
    co_await group.join();
}

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

int run(int producers, std::chrono::seconds length) {
    const pg::ConnInfo info = pg::ConnInfo::parse(from_environment("DATABASE_URL")).value();
    async::Loop database("database");
    database.start();
    (void)boost::asio::co_spawn(database.executor(), pg::migrate(database, info, migrations()),
                                boost::asio::use_future)
        .get()
        .value();
    pg::Pool pool(database, info, {});
    storage::PgAuditStore store(pool, 1);
    audit::Appender appender(database, store,
                             {audit::Key(Secret(from_environment("AUDIT_HMAC_SECRET")))}, {}, {});
    appender.start();
    async::Loop workers("producers");
    workers.start();
    std::vector<double> waits_ms;
    const auto from = Clock::now();
    boost::asio::co_spawn(workers.executor(),
                          run_producers(workers, appender, producers, length, waits_ms),
                          boost::asio::use_future)
        .get();
    const double seconds = std::chrono::duration<double>(Clock::now() - from).count();
    std::ranges::sort(waits_ms);
    const double batches = static_cast<double>(appender.stats().batches_total);
    std::cout << "events_per_second " << static_cast<double>(waits_ms.size()) / seconds << "\n"
              << "p50_ms " << waits_ms[waits_ms.size() / 2] << "\n"
              << "p99_ms " << waits_ms[waits_ms.size() * 99 / 100] << "\n"
              << "commit_ms " << seconds * 1000 / batches << "\n"
              << "events_per_commit " << static_cast<double>(waits_ms.size()) / batches << "\n";
    std::cout.flush();
    std::_Exit(0);
}

}  // namespace
}  // namespace rgw::bench

int main(int argc, char** argv) {
    CLI::App app("Durable audit appends per second; needs DATABASE_URL and AUDIT_HMAC_SECRET");
    int producers = 100;
    int seconds = 5;
    app.add_option("--producers", producers);
    app.add_option("--seconds", seconds);
    CLI11_PARSE(app, argc, argv);
    return rgw::bench::run(producers, std::chrono::seconds(seconds));
}
