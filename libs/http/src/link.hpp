#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "rgw/async/deadline.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/base/error.hpp"
#include "stream.hpp"

namespace rgw::http {

// Up to four pieces of memory on their way out, in order. They must stay where they are until sent.
class Pieces {
public:
    void add(std::string_view bytes);
    void add(const Pieces& more);
    void advance(std::size_t bytes);
    [[nodiscard]] bool empty() const { return first_ == count_; }
    [[nodiscard]] std::span<const iovec> view() const {
        return {pieces_.data() + first_, count_ - first_};
    }

private:
    std::array<iovec, 4> pieces_{};
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

// The time to a few milliseconds, at a third of the price; deadlines are swept once a second.
[[nodiscard]] Deadline coarse_now();

// A stream whose waits end: when no byte has moved either way for the waiting side's limit, at a
// bound for everything, or at once by abort(). After timed_out the stream is still usable. One
// reader, one writer.
class Link : public async::Expiring {
public:
    static constexpr std::chrono::milliseconds no_limit = std::chrono::milliseconds::max();

    Link(async::Loop& loop, std::unique_ptr<Stream> stream);
    virtual ~Link() = default;

    [[nodiscard]] Stream& stream() { return *stream_; }
    [[nodiscard]] bool aborted() const { return aborted_; }
    void abort();
    // Ends a read that waits, with cancelled.
    void cancel_read();

    // No wait lasts beyond this moment; Deadline::max() lifts it.
    void bound(Deadline bound) { bound_ = bound; }
    // A new limit for the wait that is under way on that side, if any, counted from now.
    void limit_read_wait(std::chrono::milliseconds limit) { limit_wait(read_, limit); }

    // What works without waiting, for the usual case: a coroutine costs more than a short send
    // does.
    [[nodiscard]] IoResult receive_now(std::span<char> into);
    // True when all is sent; otherwise send() the rest. Error: connection_closed.
    Result<bool> send_now(Pieces& pieces);

    // Errors of all: timed_out, connection_closed.
    async::Task<Result<void>> handshake();
    // Bytes as they arrive; 0 when the peer has ended.
    async::Task<Result<std::size_t>> receive(std::span<char> into, std::chrono::milliseconds limit);
    async::Task<Result<void>> send(Pieces pieces, std::chrono::milliseconds limit);

    // A caller that waits for the stream by itself holds one meanwhile, and asks afterwards whether
    // and why the wait has been ended.
    class Waiting;
    [[nodiscard]] Waiting waiting_to_read(std::chrono::milliseconds limit);
    [[nodiscard]] bool read_was_ended() const { return !may_go_on(read_); }
    [[nodiscard]] Errc why_read_ended() { return why_ended(read_); }

protected:
    void on_expired() override;

private:
    struct Side {
        bool waits = false;
        bool expired = false;
        bool cancelled = false;
        std::chrono::milliseconds limit{};
        Deadline until = Deadline::max();
    };
    [[nodiscard]] bool may_go_on(const Side& side) const {
        return !aborted_ && !side.expired && !side.cancelled;
    }
    [[nodiscard]] Errc why_ended(Side& side) const;
    void moved();
    void limit_wait(Side& side, std::chrono::milliseconds limit);
    void start_clock(Side& side);
    void refresh();

    std::unique_ptr<Stream> stream_;
    bool aborted_ = false;
    Deadline bound_ = Deadline::max();
    Side read_;
    Side write_;
    IoStatus write_wants_ = IoStatus::want_write;  // what the last would-block of a write asked for
};

class Link::Waiting {
public:
    Waiting(Link& link, Side& side, std::chrono::milliseconds limit);
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

private:
    Link& link_;
    Side& side_;
};

}  // namespace rgw::http
