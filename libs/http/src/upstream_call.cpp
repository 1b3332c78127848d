#include "upstream_call.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "body_reader.hpp"
#include "chunked.hpp"
#include "head_writer.hpp"

namespace rgw::http {
namespace {

constexpr HeadLimits response_limits{64 * 1024, 256};
// More interim answers than any rack sends: one that never comes to its answer is cut off.
constexpr int most_interim_heads = 16;

// An error of the connection or of its bytes, as one of the rack.
Error of_rack(Error error) {
    switch (error.code) {
        case Errc::timed_out:
            error.code = Errc::rack_timeout;
            break;
        case Errc::connection_closed:
            error.code = Errc::rack_connection_lost;
            break;
        case Errc::bad_request:
            error.code = Errc::rack_answer_invalid;
            break;
        default:
            break;
    }
    return error;
}

bool is_idempotent(std::string_view method) {
    constexpr std::array<std::string_view, 6> methods{"GET", "HEAD",   "OPTIONS",
                                                      "PUT", "DELETE", "TRACE"};
    return std::ranges::find(methods, method) != methods.end();
}

}  // namespace

PooledCall::PooledCall(std::shared_ptr<UpstreamPool> pool, OutRequest request)
    : pool_(std::move(pool)),
      request_(std::move(request)),
      work_(pool_->works().take()),
      body_left_(request_.body.length) {
    work_->parser.reset(response_limits);
}

PooledCall::~PooledCall() {
    if (connection_ && is_reusable()) {
        pool_->give_back(std::move(connection_));
    }
    work_->in.clear();
    pool_->works().give(std::move(work_));
}

bool PooledCall::is_reusable() const {
    return request_done_ && head_read_ && body_.done() && keep_alive_ && !aborted_ &&
           work_->in.rest().empty();
}

void PooledCall::abort() {
    aborted_ = true;
    if (connection_) {
        connection_->abort();
    }
}

Result<bool> PooledCall::start_now() {
    if (auto head = write_request_head(work_->head, request_, pool_->host_field()); !head) {
        return head.error();
    }
    unsent_.add(work_->head);
    connection_ = pool_->take_idle();
    if (!connection_ || request_.body.kind != BodyKind::none) {
        return connection_ != nullptr;
    }
    touched_ = takes_a_byte(unsent_);
    if (!unsent_.empty()) {
        return false;
    }
    end_request();
    return true;
}

async::Task<Result<void>> PooledCall::start(Deadline deadline) {
    if (!connection_) {
        const Result<void> renewed = co_await renew(deadline);
        if (!renewed) {
            co_return renewed;
        }
    }
    if (request_.body.kind != BodyKind::none) {
        co_return Result<void>();
    }
    end_request();
    const Result<void> sent = co_await send(Pieces());
    co_return sent;
}

async::Task<Result<void>> PooledCall::renew(Deadline deadline) {
    connection_.reset();
    touched_ = stale_ = false;
    auto connected = co_await pool_->connect(deadline);
    if (!connected) {
        co_return connected.error();
    }
    if (aborted_) {
        co_return Errc::rack_connection_lost;
    }
    connection_ = std::move(*connected);
    co_return Result<void>();
}

// False when the connection takes nothing, because it is full or closed.
bool PooledCall::takes_a_byte(Pieces& pieces) {
    const IoResult step = connection_->stream().try_write(pieces.view());
    pieces.advance(step.bytes);
    stale_ = step.status == IoStatus::error && connection_->used_before();
    return step.status == IoStatus::ok;
}

// Sends what is left of the head first.
async::Task<Result<void>> PooledCall::send(Pieces rest) {
    if (!connection_) {  // a fresh one could not be had
        co_return Errc::rack_connection_lost;
    }
    Pieces pieces = std::exchange(unsent_, Pieces());
    pieces.add(rest);
    if (!touched_ && !waits_for_head_) {
        touched_ = takes_a_byte(pieces);
        if (stale_) {
            const Result<void> renewed =
                co_await renew(deadline_in(pool_->options().connect_timeout));
            if (!renewed) {
                co_return renewed;
            }
        }
    }
    const Result<void> sent = co_await connection_->send(pieces, pool_->options().write_timeout);
    if (!sent) {
        co_return of_rack(sent.error());
    }
    co_return sent;
}

void PooledCall::end_request() {
    request_done_ = true;
    if (connection_) {
        connection_->limit_read_wait(head_limit_);
    }
}

async::Task<Result<void>> PooledCall::write_body(std::span<const char> bytes) {
    const BodyKind kind = request_.body.kind;
    const bool too_much = kind == BodyKind::length && bytes.size() > body_left_;
    if (request_done_ || too_much) {
        co_return Error(Errc::internal, "more of a request body than was announced");
    }
    if (bytes.empty()) {
        co_return Result<void>();
    }
    const ChunkHead chunk(bytes.size());
    Pieces pieces;
    if (kind == BodyKind::chunked) {
        pieces.add(chunk.text());
    }
    pieces.add({bytes.data(), bytes.size()});
    if (kind == BodyKind::chunked) {
        pieces.add(chunk_end);
    }
    body_left_ -= kind == BodyKind::length ? bytes.size() : 0;
    const Result<void> sent = co_await send(pieces);
    co_return sent;
}

async::Task<Result<void>> PooledCall::finish_body() {
    if (request_done_) {
        co_return Result<void>();
    }
    if (request_.body.kind == BodyKind::length && body_left_ > 0) {
        co_return Error(Errc::internal, "less of a request body than was announced");
    }
    Pieces pieces;
    if (request_.body.kind == BodyKind::chunked) {
        pieces.add(last_chunk);
    }
    const Result<void> sent = co_await send(pieces);
    if (sent) {
        end_request();
    }
    co_return sent;
}

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
    const auto complete = work_->parser.feed(work_->in.head());
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
            co_return of_rack(complete.error());
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
        co_return of_rack(got.error());
    }
    co_return got;
}

}  // namespace rgw::http
