// The half of PooledCall that reads.
#include <algorithm>
#include <array>
#include <utility>

#include "body_reader.hpp"
#include "upstream_call.hpp"

namespace rgw::http {
namespace {

// More interim answers than any rack sends: one that never comes to its answer is cut off.
constexpr int most_interim_heads = 16;

bool is_idempotent(std::string_view method) {
    constexpr std::array<std::string_view, 6> methods{"GET", "HEAD",   "OPTIONS",
                                                      "PUT", "DELETE", "TRACE"};
    return std::ranges::find(methods, method) != methods.end();
}

}  // namespace

// Only before any byte of an answer, and only when doing it twice is the same as doing it once.
bool PooledCall::may_send_again(const Error& error) const {
    return error.code == Errc::connection_closed && connection_->used_before() && !aborted_ &&
           request_.body.kind == BodyKind::none && is_idempotent(request_.method) &&
           work_->in.head().empty();
}

async::Task<Result<void>> PooledCall::resend() {
    const Result<void> renewed = co_await renew(deadline_in(pool_->options().connect_timeout));
    if (!renewed) {
        co_return renewed;
    }
    unsent_.add(work_->head);
    const Result<void> sent = co_await send(Pieces());
    co_return sent;
}

// What has come of a head. True when it is complete; an error of the connection is told as it is.
Result<bool> PooledCall::receive_head_now() {
    auto complete = work_->parser.feed(work_->in.head());
    if (!complete || *complete) {
        return complete;
    }
    const IoResult step = connection_->receive_now(work_->in.room());
    work_->in.received(step.bytes);
    switch (step.status) {
        case IoStatus::ok:
            return work_->parser.feed(work_->in.head());
        case IoStatus::eof:
            return Error(Errc::connection_closed, "the rack closed before it answered");
        case IoStatus::error:
            return Error(Errc::connection_closed, connection_->stream().error_text());
        case IoStatus::want_read:
        case IoStatus::want_write:
            head_wants_ = step.status;
            return false;
    }
    return false;
}

async::Task<Result<void>> PooledCall::receive_head() {
    while (connection_) {
        Result<bool> complete = receive_head_now();
        if (complete && !*complete) {
            const auto limit = request_done_ ? head_limit_ : Link::no_limit;
            const Link::Waiting waiting = connection_->waiting_to_read(limit);
            co_await connection_->stream().wait(head_wants_);
            if (connection_->read_was_ended()) {
                complete = Error(connection_->why_read_ended());
            }
        }
        if (!complete && may_send_again(complete.error())) {
            const Result<void> sent = co_await resend();
            if (!sent) {
                co_return sent;
            }
            continue;
        }
        if (!complete) {
            co_return error_of_rack(complete.error());
        }
        if (*complete) {
            work_->in.seal_head(work_->parser.size());
            co_return Result<void>();
        }
    }
    co_return Errc::rack_connection_lost;
}

// The head that is complete: an interim one is forgotten and leaves `out` empty.
Result<void> PooledCall::take_head(std::optional<ResponseHead>& out) {
    ResponseHead head;
    if (auto read = work_->parser.read(work_->in.head(), request_.method, head); !read) {
        return read;
    }
    if (head.status == 101) {
        return Error(Errc::rack_answer_invalid, "an upgrade nobody asked for");
    }
    if (head.status < 200) {
        work_->in.next_message();
        work_->parser.reset(response_limits);
        return {};
    }
    head_read_ = true;
    keep_alive_ = head.keep_alive;
    body_ = BodyDecoder(head.body);
    out = std::move(head);
    return {};
}

async::Task<Result<ResponseHead>> PooledCall::read_head(std::chrono::milliseconds limit) {
    head_limit_ = limit;
    std::optional<ResponseHead> head;
    for (int interim = 0; interim < most_interim_heads; ++interim) {
        waits_for_head_ = true;
        const Result<void> received = co_await receive_head();
        waits_for_head_ = false;
        if (!received) {
            co_return received.error();
        }
        if (auto taken = take_head(head); !taken) {
            co_return taken.error();
        }
        if (head) {
            co_return std::move(*head);
        }
    }
    co_return Error(Errc::rack_answer_invalid, "too many interim answers");
}

async::Task<Result<std::size_t>> PooledCall::read_body(std::span<char> into,
                                                       std::chrono::milliseconds idle_limit) {
    Result<std::size_t> got = take_body(work_->in, body_, into);
    if (got && *got == 0 && !body_.done()) {
        got = co_await receive_body(*connection_, work_->in, body_, into, idle_limit);
    }
    if (!got) {
        keep_alive_ = false;
        co_return error_of_rack(got.error());
    }
    co_return got;
}

}  // namespace rgw::http
