#include "connection_state.hpp"

#include <libpq-fe.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cassert>
#include <thread>

namespace rgw::pg {

using boost::asio::posix::descriptor_base;

void ClearResult::operator()(pg_result* result) const {
    PQclear(result);
}

Connection::State::State(async::Loop& owner)
    : Expiring(owner.deadlines()), loop(owner), socket(owner.executor()) {}

Connection::State::~State() {
    if (socket.is_open()) {
        socket.release();  // or the descriptor would be closed twice
    }
    PQfinish(handle);
}

void Connection::State::attach() {
    const int descriptor = PQsocket(handle);
    if (!socket.is_open() || socket.native_handle() != descriptor) {
        if (socket.is_open()) {
            socket.release();
        }
        socket.assign(descriptor);
    }
}

void Connection::State::on_expired() {
    expired = true;
    if (on_expiry == OnExpiry::shut_down) {
        broken = true;
        cancel_on_server();
        if (socket.is_open()) {
            ::shutdown(socket.native_handle(), SHUT_RDWR);
        }
    }
    if (socket.is_open()) {
        socket.cancel();
    }
}

void Connection::State::cancel_on_server() {
    PGcancel* request = PQgetCancel(handle);
    if (!busy || request == nullptr) {
        PQfreeCancel(request);
        return;
    }
    // PQcancel connects and waits; nobody waits for it. At most one per connection of the pool.
    std::thread([request] {
        std::array<char, 256> message{};
        PQcancel(request, message.data(), static_cast<int>(message.size()));
        PQfreeCancel(request);
    }).detach();
}

async::Task<void> Connection::State::wait_readable() {
    boost::system::error_code ended;
    co_await socket.async_wait(descriptor_base::wait_read,
                               boost::asio::redirect_error(async::use_task, ended));
}

async::Task<void> Connection::State::wait_writable() {
    boost::system::error_code ended;
    co_await socket.async_wait(descriptor_base::wait_write,
                               boost::asio::redirect_error(async::use_task, ended));
}

namespace {

// Ends when the first of two waits has ended; that one cancels the other.
template <class Handler, class Socket>
struct EitherWait {
    EitherWait(Handler h, Socket& s) : handler(std::move(h)), socket(s) {}
    void ended() {
        if (--open == 0) {
            std::move(handler)();
        } else {
            socket.cancel();
        }
    }
    Handler handler;
    Socket& socket;
    int open = 2;
};

}  // namespace

async::Task<void> Connection::State::wait_either() {
    const auto start = [this](auto handler) {
        using Wait = EitherWait<decltype(handler), decltype(socket)>;
        const auto wait = std::make_shared<Wait>(std::move(handler), socket);
        socket.async_wait(descriptor_base::wait_read,
                          [wait](const boost::system::error_code&) { wait->ended(); });
        socket.async_wait(descriptor_base::wait_write,
                          [wait](const boost::system::error_code&) { wait->ended(); });
    };
    co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<async::Executor>&,
                                         void()>(start, async::use_task);
}

async::Task<Result<void>> Connection::State::until_ready() {
    while (PQisBusy(handle) != 0) {
        const int unsent = PQflush(handle);
        if (unsent < 0) {
            co_return lost();
        }
        if (unsent > 0) {
            co_await wait_either();
        } else {
            co_await wait_readable();
        }
        if (expired) {
            co_return timed_out();
        }
        if (broken || PQconsumeInput(handle) == 0) {
            co_return lost();
        }
    }
    co_return Result<void>();
}

async::Task<Result<void>> Connection::State::wait_input(Deadline wake_at) {
    on_expiry = OnExpiry::wake;
    expire_at(wake_at);
    co_await wait_readable();
    never_expire();
    on_expiry = OnExpiry::shut_down;
    expired = false;
    if (broken || PQconsumeInput(handle) == 0) {
        co_return lost();
    }
    co_return Result<void>();
}

std::optional<Notification> Connection::State::next_notification() {
    PGnotify* notify = PQnotifies(handle);
    if (notify == nullptr) {
        return std::nullopt;
    }
    Notification notification{notify->relname, notify->extra};
    PQfreemem(notify);
    return notification;
}

Error Connection::State::lost() {
    broken = true;
    std::string reason = on_one_line(PQerrorMessage(handle));
    return {Errc::database_unavailable,
            reason.empty() ? std::string("the connection is closed") : std::move(reason)};
}

Error Connection::State::timed_out() {
    broken = true;
    return {Errc::database_timeout, "the database did not answer before the deadline"};
}

Failure Connection::State::judge(const pg_result* result) {
    Failure failure = read_failure(result);
    if (spoils_connection(failure) || PQstatus(handle) == CONNECTION_BAD) {
        broken = true;
    }
    return failure;
}

Call::Call(Connection::State& state, Deadline deadline) : state_(state) {
    assert(!state_.busy && "one call at a time on a connection");
    state_.busy = true;
    state_.expire_at(deadline);
}

Call::~Call() {
    state_.busy = false;
    state_.never_expire();
}

}  // namespace rgw::pg
