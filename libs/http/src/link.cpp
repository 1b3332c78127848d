#include "link.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace rgw::http {

void Pieces::add(std::string_view bytes) {
    if (!bytes.empty()) {
        iovec& piece = pieces_[count_++];
        piece.iov_base = const_cast<char*>(bytes.data());  // iovec serves reading and writing alike
        piece.iov_len = bytes.size();
    }
}

void Pieces::add(const Pieces& more) {
    for (const iovec& piece : more.view()) {
        pieces_[count_++] = piece;
    }
}

void Pieces::advance(std::size_t bytes) {
    while (bytes > 0) {
        iovec& piece = pieces_[first_];
        const std::size_t taken = std::min(bytes, piece.iov_len);
        piece.iov_base = static_cast<char*>(piece.iov_base) + taken;
        piece.iov_len -= taken;
        bytes -= taken;
        if (piece.iov_len == 0) {
            ++first_;
        }
    }
}

Deadline coarse_now() {
    std::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return Deadline(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

Link::Waiting::Waiting(Link& link, Side& side, std::chrono::milliseconds limit)
    : link_(link), side_(side) {
    side_.waits = true;
    side_.limit = limit;
    link_.start_clock(side_);
    link_.refresh();
}

Link::Waiting::~Waiting() {
    side_.waits = false;
    side_.until = Deadline::max();
    link_.refresh();
}

Link::Waiting Link::waiting_to_read(std::chrono::milliseconds limit) {
    return {*this, read_, limit};
}

Link::Link(async::Loop& loop, std::unique_ptr<Stream> stream)
    : Expiring(loop.deadlines()), stream_(std::move(stream)) {}

void Link::abort() {
    aborted_ = true;
    stream_->cut();
}

void Link::cancel_read() {
    if (read_.waits) {
        read_.cancelled = true;
        stream_->wake();
    }
}

void Link::on_expired() {
    const Deadline earliest = std::min(read_.until, write_.until);
    for (Side* side : {&read_, &write_}) {
        if (side->waits && side->until == earliest) {
            side->expired = true;
            side->until = Deadline::max();
        }
    }
    refresh();
    stream_->wake();
}

Errc Link::why_ended(Side& side) const {
    side.expired = false;
    if (std::exchange(side.cancelled, false)) {
        return Errc::cancelled;
    }
    return aborted_ ? Errc::connection_closed : Errc::timed_out;
}

void Link::start_clock(Side& side) {
    side.until = side.limit == no_limit ? bound_ : std::min(bound_, coarse_now() + side.limit);
}

void Link::refresh() {
    expire_at(std::min(read_.until, write_.until));
}

void Link::moved() {
    if (!read_.waits && !write_.waits) {
        return;
    }
    for (Side* side : {&read_, &write_}) {
        if (side->waits) {
            start_clock(*side);
        }
    }
    refresh();
}

void Link::limit_wait(Side& side, std::chrono::milliseconds limit) {
    if (side.waits) {
        side.limit = limit;
        start_clock(side);
        refresh();
    }
}

async::Task<Result<void>> Link::handshake() {
    while (may_go_on(read_) && may_go_on(write_)) {
        const IoResult step = stream_->try_handshake();
        if (step.status == IoStatus::ok) {
            co_return Result<void>();
        }
        if (step.status == IoStatus::error || step.status == IoStatus::eof) {
            co_return Error(Errc::connection_closed, stream_->error_text());
        }
        const Waiting waiting(*this, step.status == IoStatus::want_write ? write_ : read_,
                              no_limit);
        co_await stream_->wait(step.status);
    }
    write_.expired = false;
    co_return why_ended(read_);
}

IoResult Link::receive_now(std::span<char> into) {
    const IoResult step = stream_->try_read(into);
    if (step.status == IoStatus::ok) {
        moved();
    }
    return step;
}

Result<bool> Link::send_now(Pieces& pieces) {
    while (!pieces.empty()) {
        const IoResult step = stream_->try_write(pieces.view());
        if (step.status == IoStatus::ok) {
            moved();
            pieces.advance(step.bytes);
            continue;
        }
        if (step.status == IoStatus::error || step.status == IoStatus::eof) {
            return Error(Errc::connection_closed, stream_->error_text());
        }
        write_wants_ = step.status;
        return false;
    }
    return true;
}

async::Task<Result<std::size_t>> Link::receive(std::span<char> into,
                                               std::chrono::milliseconds limit) {
    while (may_go_on(read_)) {
        const IoResult step = receive_now(into);
        if (step.status == IoStatus::ok) {
            co_return step.bytes;
        }
        if (step.status == IoStatus::eof) {
            co_return std::size_t{0};
        }
        if (step.status == IoStatus::error) {
            co_return Error(Errc::connection_closed, stream_->error_text());
        }
        const Waiting waiting(*this, read_, limit);
        co_await stream_->wait(step.status);
    }
    co_return why_ended(read_);
}

async::Task<Result<void>> Link::send(Pieces pieces, std::chrono::milliseconds limit) {
    while (may_go_on(write_)) {
        const Result<bool> sent = send_now(pieces);
        if (!sent) {
            co_return sent.error();
        }
        if (*sent) {
            co_return Result<void>();
        }
        const Waiting waiting(*this, write_, limit);
        co_await stream_->wait(write_wants_);
    }
    co_return why_ended(write_);
}

}  // namespace rgw::http
