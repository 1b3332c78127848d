#include "rgw/pg/listener.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <chrono>

#include "connection_state.hpp"
#include "rgw/async/task_group.hpp"
#include "rgw/base/log.hpp"

namespace rgw::pg {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 100ms;
constexpr std::chrono::milliseconds longest_pause = 5s;
constexpr auto connect_limit = 5s;
constexpr auto answer_limit = 2s;
constexpr auto beat = 1s;

constexpr Statement heartbeat{"listener.heartbeat", "select 1"};
constexpr Statement try_mark{"listener.try_mark", "select pg_try_advisory_lock($1)"};
// classid and objid are the halves of the key, objsubid 1 says that it was one bigint.
constexpr Statement end_lost_session{
    "listener.end_lost_session",
    "select pg_terminate_backend(pid) from pg_locks"
    " where locktype = 'advisory' and objsubid = 1 and granted and pid <> pg_backend_pid()"
    " and database = (select oid from pg_database where datname = current_database())"
    " and (classid::bigint << 32 | objid::bigint) = $1"};

std::string quoted(const std::string& identifier) {
    std::string text = "\"";
    for (const char c : identifier) {
        text += c == '"' ? "\"\"" : std::string(1, c);
    }
    return text + "\"";
}

}  // namespace

struct Listener::State {
    State(async::Loop& l, ConnInfo i, Options o, OnNotification n, OnState s)
        : loop(l),
          info(std::move(i)),
          options(std::move(o)),
          on_notification(std::move(n)),
          on_state(std::move(s)),
          timer(l.executor()),
          group(l) {}

    async::Task<void> run();
    async::Task<Result<void>> subscribe();
    async::Task<Result<void>> mark_alive(std::int64_t instance_key);
    async::Task<Error> relay();
    void set_listening(bool now);

    async::Loop& loop;
    const ConnInfo info;
    const Options options;
    const OnNotification on_notification;
    const OnState on_state;
    std::unique_ptr<Connection> connection;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>,
                                      async::Executor>
        timer;
    async::TaskGroup group;
    std::atomic<bool> listening = false;
    bool stopping = false;
};

async::Task<void> Listener::State::run() {
    std::chrono::milliseconds pause = first_pause;
    while (!stopping) {
        Result<std::unique_ptr<Connection>> opened =
            co_await Connection::connect(loop, info, deadline_in(connect_limit), options.fence);
        Error lost(Errc::database_unavailable);
        if (opened) {
            connection = std::move(*opened);
            const Result<void> subscribed = co_await subscribe();
            if (subscribed && !stopping) {
                pause = first_pause;
                set_listening(true);
                Error ended = co_await relay();
                lost = std::move(ended);
                set_listening(false);
            } else if (!subscribed) {
                lost = subscribed.error();
            }
            connection.reset();
        } else {
            lost = opened.error();
        }
        if (stopping) {
            break;
        }
        log::warn("not listening for changes; reconnecting",
                  {{"reason", describe(lost)}, {"pause_ms", pause.count()}});
        boost::system::error_code interrupted;
        timer.expires_after(pause);
        co_await timer.async_wait(boost::asio::redirect_error(async::use_task, interrupted));
        pause = std::min(pause * 2, longest_pause);
    }
}

async::Task<Result<void>> Listener::State::subscribe() {
    std::string sql;
    for (const std::string& channel : options.channels) {
        sql += "listen " + quoted(channel) + ";";
    }
    Result<void> listens = co_await connection->script(sql, deadline_in(answer_limit));
    if (!listens || !options.instance_key) {
        co_return listens;
    }
    Result<void> marked = co_await mark_alive(*options.instance_key);
    co_return marked;
}

async::Task<Result<void>> Listener::State::mark_alive(std::int64_t instance_key) {
    const auto key = Params().add(instance_key);
    const Result<Rows> taken = co_await connection->run(try_mark, key, deadline_in(answer_limit));
    if (!taken) {
        co_return taken.error();
    }
    if ((*taken)[0].get<bool>(0)) {
        co_return Result<void>();
    }
    const Result<Rows> ended =
        co_await connection->run(end_lost_session, key, deadline_in(answer_limit));
    if (!ended) {
        co_return ended.error();
    }
    const std::string lock = "select pg_advisory_lock(" + std::to_string(instance_key) + ")";
    Result<void> locked = co_await connection->script(lock, deadline_in(answer_limit));
    co_return locked;
}

async::Task<Error> Listener::State::relay() {
    Connection::State& wire = *connection->state_;
    while (!stopping) {
        while (std::optional<Notification> notification = wire.next_notification()) {
            on_notification(notification->channel, notification->payload);
        }
        const Deadline next_beat = deadline_in(beat);
        const Result<void> input = co_await wire.wait_input(next_beat);
        if (!input) {
            co_return input.error();
        }
        if (std::chrono::steady_clock::now() >= next_beat) {
            const Result<Rows> alive =
                co_await connection->run(heartbeat, {}, deadline_in(answer_limit));
            if (!alive) {
                co_return alive.error();
            }
            if (options.fence != nullptr && options.fence->overtaken(connection->server())) {
                co_return Error(Errc::database_unavailable, "another server was promoted");
            }
        }
    }
    co_return Error(Errc::shutting_down);
}

void Listener::State::set_listening(bool now) {
    listening = now;
    if (now) {
        log::info("listening for changes");
    }
    on_state(now);
}

Listener::Listener(async::Loop& loop, ConnInfo info, Options options,
                   OnNotification on_notification, OnState on_state)
    : state_(std::make_unique<State>(loop, std::move(info), std::move(options),
                                     std::move(on_notification), std::move(on_state))) {}

Listener::~Listener() = default;

void Listener::start() {
    state_->group.spawn(state_->run());
}

async::Task<void> Listener::stop() {
    state_->stopping = true;
    state_->timer.cancel();
    if (state_->connection) {
        Connection::State& wire = *state_->connection->state_;
        wire.broken = true;
        wire.socket.cancel();
    }
    co_await state_->group.join();
}

bool Listener::listening() const {
    return state_->listening;
}

}  // namespace rgw::pg
