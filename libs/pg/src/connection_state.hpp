#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "failure.hpp"
#include "oid.hpp"
#include "parameters.hpp"
#include "resolve.hpp"
#include "rgw/async/deadline.hpp"
#include "rgw/pg/connection.hpp"
#include "rgw/pg/observer.hpp"

struct pg_conn;
struct pg_result;

namespace rgw::pg {

struct ClearResult {
    void operator()(pg_result* result) const;
};
using ResultPtr = std::unique_ptr<pg_result, ClearResult>;

struct Notification {
    std::string channel;
    std::string payload;
};

// The libpq handle with its socket on the loop. Expiring: the deadline of the call under way.
struct Connection::State final : async::Expiring {
    // What passing the deadline means: the end of the connection, or only of the wait.
    enum class OnExpiry : std::uint8_t { shut_down, wake };

    struct Prepared {
        std::string_view sql;
        std::vector<Oid> types;
    };

    explicit State(async::Loop& owner);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    // Connects. `attempts`: how many addresses there are to try; each gets its share of the time.
    async::Task<Result<void>> open(Parameters parameters, std::size_t attempts, Deadline deadline);

    // Returns when a result can be taken without blocking; sends what is unsent meanwhile.
    async::Task<Result<void>> until_ready();
    // Takes the results of one pipelined statement: its answer and the separator after it.
    async::Task<Result<ResultPtr>> next_answer();
    // Waits for input until `wake_at`; takes what came. Error: the connection is lost.
    async::Task<Result<void>> wait_input(Deadline wake_at);
    [[nodiscard]] std::optional<Notification> next_notification();

    [[nodiscard]] Error lost();
    [[nodiscard]] Error timed_out();
    // Reads a failed result and notes whether the connection is still good after it.
    [[nodiscard]] Failure judge(const pg_result* result);

    // The one it is connected, or just connecting, to.
    [[nodiscard]] Host host() const;

    async::Loop& loop;
    pg_conn* handle = nullptr;
    ServerState server;
    boost::asio::posix::basic_stream_descriptor<async::Executor> socket;
    std::map<std::string, Prepared, std::less<>> prepared;
    std::chrono::steady_clock::time_point opened = std::chrono::steady_clock::now();
    OnExpiry on_expiry = OnExpiry::shut_down;
    bool expired = false;
    bool broken = false;
    bool busy = false;
    Observer* observer = nullptr;
    std::size_t answered = 0;  // statements of the present batch that were

private:
    void on_expired() override;
    void cancel_on_server();
    async::Task<void> wait_readable();
    async::Task<void> wait_writable();
    // libpq has more to send, but the server may be waiting for us to read first.
    async::Task<void> wait_either();
    void attach();
    [[nodiscard]] std::string peer() const;
};

// Marks a connection as in a call and sets its deadline, for as long as the call lasts.
class Call {
public:
    Call(Connection::State& state, Deadline deadline);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

private:
    Connection::State& state_;
};

}  // namespace rgw::pg
