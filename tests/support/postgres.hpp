#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/pg/connection.hpp"

namespace rgw::test {

// A session for arranging and looking, from the test's own thread. Throws std::runtime_error with
// PostgreSQL's message when anything fails.
class Sql {
public:
    explicit Sql(std::string_view dsn);
    ~Sql();
    Sql(const Sql&) = delete;
    Sql& operator=(const Sql&) = delete;

    void execute(std::string_view script);
    // The first column of every row as text; NULL is "(null)".
    std::vector<std::string> column(std::string_view query);
    // The one value of a query that gives exactly one row.
    std::string value(std::string_view query);

private:
    async::Loop loop_{"sql"};
    std::unique_ptr<pg::Connection> connection_;
};

enum class Schema : std::uint8_t { empty, migrated };

// A database of its own for one test, dropped at the end. It is on the server of the ctest fixture
// `postgres`, or on that of RGW_TEST_DATABASE_URL. A migrated one is a copy of a template.
class TestDatabase {
public:
    explicit TestDatabase(Schema schema = Schema::migrated);
    ~TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& dsn() const { return dsn_; }  // key=value pairs

private:
    std::string name_;
    std::string dsn_;
};

// The DSN of the test server's maintenance database.
[[nodiscard]] std::string test_server_dsn();
// `dsn` with another parameter value, as key=value pairs.
[[nodiscard]] std::string with_parameter(std::string_view dsn, std::string key, std::string value);
// A TCP port nobody listened on a moment ago.
[[nodiscard]] int free_port();

enum class StopMode : std::uint8_t { fast, immediate };

class PrivateCluster;
struct StandbyOf {
    const PrivateCluster& primary;
};

// A throw-away cluster of the test's own, which it may stop, start and configure. Running after
// construction, removed at the end.
class PrivateCluster {
public:
    explicit PrivateCluster(std::string configuration = "");
    // A streaming standby of another, which must live as long.
    explicit PrivateCluster(StandbyOf source);
    ~PrivateCluster();
    PrivateCluster(const PrivateCluster&) = delete;
    PrivateCluster& operator=(const PrivateCluster&) = delete;

    void stop(StopMode mode);
    void start();
    // Of a standby: makes it a primary; waits until it accepts writes.
    void promote();
    // Replaces pg_hba.conf; restarts to be sure that it holds.
    void set_hba(std::string_view lines);
    [[nodiscard]] const std::string& dsn() const { return dsn_; }

private:
    void make_directory();
    void call(const std::string& command) const;
    std::string directory_;
    std::string configuration_;
    std::string dsn_;
};

}  // namespace rgw::test
