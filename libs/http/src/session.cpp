#include "session.hpp"

#include <array>
#include <exception>
#include <utility>

#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"

namespace rgw::http {
namespace {

constexpr std::chrono::milliseconds default_idle_limit{60'000};
constexpr std::uint64_t most_drained = 64 * 1024;
constexpr std::size_t longest_partial_line = 256;

}  // namespace

Session::Session(SessionHost& host, std::unique_ptr<Stream> stream, std::string peer_address)
    : host_(host), link_(host.loop, std::move(stream)), peer_address_(std::move(peer_address)) {
    host_.sessions.push_back(*this);
}

Session::~Session() {
    release_work();
}

async::Loop& Session::loop() const {
    return host_.loop;
}

void Session::release_work() {
    if (work_) {
        work_->in.clear();
        host_.works.give(std::move(work_));
    }
}

void Session::close_if_idle() {
    if (idle_) {
        link_.abort();
    }
}

async::Task<void> Session::run() {
    bool open = co_await greet();
    while (open) {
        if (!has_input()) {
            release_work();
            idle_ = true;
            if (!link_.stream().has_buffered()) {
                const Link::Waiting waiting = link_.waiting_to_read(idle_timeout());
                co_await link_.stream().wait(IoStatus::want_read);
            }
            idle_ = false;
            if (link_.read_was_ended() || host_.draining) {
                break;
            }
        }
        Result<bool> complete = receive_head_now();
        if (complete && !*complete) {
            complete = co_await receive_rest_of_head();
        }
        Result<void> started;
        if (complete) {
            started = start_exchange();
        }
        if (!complete || !started) {
            co_await refuse(complete ? started.error() : complete.error());
            break;
        }
        bool failed = false;
        try {
            co_await host_.handler.handle(*this);
        } catch (const std::exception& e) {
            failed = true;
            log::error("a request handler threw", {{"what", e.what()}});
        }
        if (failed || answer_ == Answer::none) {
            co_await answer_internal_error();
        }
        open = is_over_cleanly();
        if (open) {
            work_->in.next_message();
        } else {
            open = co_await end_exchange();
        }
    }
}

async::Task<bool> Session::greet() {
    link_.bound(deadline_in(host_.options.handshake_timeout));
    const Result<void> greeted = co_await link_.handshake();
    link_.bound(Deadline::max());
    co_return greeted.has_value();
}

std::chrono::milliseconds Session::idle_timeout() const {
    return first_ ? host_.options.head_timeout : host_.options.keep_alive_timeout;
}

// True when the head is complete with what is here.
Result<bool> Session::receive_head_now() {
    first_ = false;
    if (!work_) {
        work_ = host_.works.take();
    }
    HeadLimits limits;
    limits.bytes = host_.options.max_head_bytes;
    limits.fields = host_.options.max_fields;
    work_->parser.reset(limits);
    Result<bool> complete = work_->parser.feed(work_->in.head());
    if (complete && !*complete) {
        const IoResult step = link_.receive_now(work_->in.room());
        work_->in.received(step.bytes);
        complete = work_->parser.feed(work_->in.head());
    }
    return complete;
}

async::Task<Result<bool>> Session::receive_rest_of_head() {
    link_.bound(deadline_in(host_.options.head_timeout));
    Result<bool> complete = false;
    while (complete && !*complete) {
        const auto got = co_await link_.receive(work_->in.room(), Link::no_limit);
        if (!got || *got == 0) {
            complete = got ? Error(Errc::connection_closed) : got.error();
            break;
        }
        work_->in.received(*got);
        complete = work_->parser.feed(work_->in.head());
    }
    link_.bound(Deadline::max());
    co_return complete;
}

Result<void> Session::start_exchange() {
    work_->in.seal_head(work_->parser.size());
    if (auto read = work_->parser.read(work_->in.head(), work_->head); !read) {
        return read;
    }
    host_.requests_total.fetch_add(1, std::memory_order_relaxed);
    reset_exchange();
    return {};
}

void Session::reset_exchange() {
    body_ = BodyDecoder(work_->head.body);
    body_error_.reset();
    continue_owed_ = work_->head.expects_continue;
    idle_limit_ = default_idle_limit;
    answer_ = Answer::none;
    head_pending_ = false;
}

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
        const bool more_may_come = !body_.done() || !work_->in.rest().empty();
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
