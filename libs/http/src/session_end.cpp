#include <array>
#include <exception>
#include <utility>

#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "session.hpp"

namespace rgw::http {
namespace {

constexpr std::size_t longest_partial_line = 256;

}  // namespace

// A head that is none. The connection is of no further use.
async::Task<void> Session::refuse(Error error) {
    if (error.code == Errc::connection_closed) {
        co_return;
    }
    std::string_view line = work_->in.head();
    line = line.substr(0, line.find_first_of("\r\n")).substr(0, longest_partial_line);
    try {
        co_await host_.handler.on_bad_request(peer_address_, error, line);
    } catch (const std::exception& e) {
        log::error("recording a bad request failed", {{"what", e.what()}});
    }
    work_->head = RequestHead();
    reset_exchange();
    close_ = true;
    OutHead head;
    head.status = info(error.code).http_status;
    head.fields.push_back({"Content-Type", "application/json"});
    std::string body = R"({"error":)";
    append_json_string(body, public_message(error));
    body += "}\n";
    const Result<void> sent = co_await respond(std::move(head), body);
    if (sent) {
        co_await linger();
    }
}

async::Task<void> Session::answer_internal_error() {
    close_ = true;
    if (answer_ == Answer::none && !broken_) {
        OutHead head;
        head.status = info(Errc::internal).http_status;
        co_await respond(std::move(head), "");
    }
}

bool Session::is_over_cleanly() const {
    return answer_ == Answer::done && !broken_ && !close_ && body_.done() && !link_.aborted();
}

// True when the connection can take another request.
async::Task<bool> Session::end_exchange() {
    link_.stream().when_ended(nullptr);
    if (answer_ != Answer::done || broken_ || link_.aborted()) {
        link_.stream().reset_on_close();
        co_return false;
    }
    if (!close_) {
        close_ = !co_await drain_body();
    }
    if (close_) {
        const bool more_may_come = !work_ || !body_.done() || !work_->in.rest().empty();
        if (more_may_come) {
            co_await linger();
        } else {
            link_.stream().end_writing();
        }
        co_return false;
    }
    work_->in.next_message();
    co_return true;
}

// What the handler left of a small body; true when it has all come.
async::Task<bool> Session::drain_body() {
    if (body_.done()) {
        co_return true;
    }
    std::array<char, 4096> scratch;
    link_.bound(deadline_in(host_.options.linger_timeout));
    std::uint64_t drained = 0;
    while (drained < most_drained) {
        const auto got = co_await read_more(scratch);
        if (!got || *got == 0) {
            break;
        }
        drained += *got;
    }
    link_.bound(Deadline::max());
    co_return body_.done() && !body_error_;
}

// Closing while the client still sends would reset the connection, and the answer could be lost
// with it.
async::Task<void> Session::linger() {
    link_.stream().end_writing();
    std::array<char, 4096> scratch;
    const Deadline until = deadline_in(host_.options.linger_timeout);
    link_.bound(until);
    while (std::chrono::steady_clock::now() < until) {
        const auto got = co_await link_.receive(scratch, Link::no_limit);
        if (!got || *got == 0) {
            break;
        }
    }
}

async::Task<void> Session::turn_away() {
    const Deadline until = deadline_in(host_.options.linger_timeout);
    link_.bound(until);
    const Result<void> greeted = co_await link_.handshake();
    if (!greeted) {
        co_return;
    }
    Pieces pieces;
    pieces.add(
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: "
        "close\r\n\r\n");
    const Result<void> sent = co_await link_.send(pieces, Link::no_limit);
    if (sent) {
        co_await linger();
    }
}

}  // namespace rgw::http
