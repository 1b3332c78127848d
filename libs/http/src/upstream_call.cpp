#include "upstream_call.hpp"

#include <utility>

#include "chunked.hpp"
#include "head_writer.hpp"

namespace rgw::http {
PooledCall::PooledCall(std::shared_ptr<UpstreamPool> pool, OutRequest request)
    : pool_(std::move(pool)),
      request_(std::move(request)),
      work_(pool_->works().take()),
      body_left_(request_.body.length) {
    work_->parser.reset(response_limits);
}

PooledCall::~PooledCall() {
    if (connection_ && head_read_) {
        pool_->remember_session(*connection_);
    }
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
        co_return error_of_rack(sent.error());
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

}  // namespace rgw::http
