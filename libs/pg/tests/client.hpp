#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/pg/connection.hpp"
#include "support/postgres.hpp"
#include "support/run.hpp"

namespace rgw::pg {

using namespace std::chrono_literals;

using Opened = Result<std::unique_ptr<Connection>>;

inline async::Task<Opened> open_connection(async::Loop& loop, ConnInfo info, Deadline deadline) {
    Opened opened = co_await Connection::connect(loop, info, deadline);
    co_return opened;
}

// A connection under test, driven from the test's own thread.
class Client {
public:
    explicit Client(std::string_view dsn) {
        loop_.start();
        connection_ =
            test::run(loop_, open_connection(loop_, ConnInfo::parse(dsn).value(), deadline_in(20s)))
                .value();
    }
    ~Client() {
        test::run_on(loop_, [this] { connection_.reset(); });
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    Result<Rows> run(const Statement& statement, Params params = {},
                     std::chrono::milliseconds limit = 20s) {
        return test::run(loop_, connection_->run(statement, std::move(params), deadline_in(limit)));
    }
    Result<std::vector<Rows>> run(Batch batch) {
        return test::run(loop_, connection_->run(std::move(batch), deadline_in(20s)));
    }
    Result<void> script(std::string_view sql) {
        return test::run(loop_, connection_->script(sql, deadline_in(20s)));
    }
    std::string text(std::string_view sql) {
        return run(Statement{"", sql}).value()[0].get<std::string>(0);
    }
    Connection& operator*() { return *connection_; }
    async::Loop& loop() { return loop_; }

private:
    async::Loop loop_{"client"};
    std::unique_ptr<Connection> connection_;
};

// What connecting there ends with.
inline Result<void> try_connect(const ConnInfo& info, std::chrono::milliseconds limit = 20s) {
    async::Loop loop("try");
    loop.start();
    Opened opened = test::run(loop, open_connection(loop, info, deadline_in(limit)));
    if (!opened) {
        return opened.error();
    }
    test::run_on(loop, [&] { opened->reset(); });
    return {};
}

// Waits for an event that shows in a condition; ctest's limit ends a wait for what never comes.
template <class F>
void wait_until(F condition) {
    while (!condition()) {
        std::this_thread::sleep_for(1ms);
    }
}

}  // namespace rgw::pg
