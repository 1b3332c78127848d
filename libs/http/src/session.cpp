#include "session.hpp"

#include <exception>
#include <utility>

#include "rgw/base/log.hpp"

namespace rgw::http {
namespace {

constexpr std::chrono::milliseconds default_idle_limit{60'000};

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

}  // namespace rgw::http
