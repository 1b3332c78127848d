#include "rgw/http/tunnel.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "frame.hpp"
#include "free_list.hpp"
#include "rgw/async/task_group.hpp"

namespace rgw::http {
namespace {

using By = TunnelEnd::By;

constexpr std::chrono::seconds patience_after_close{1};
constexpr std::uint16_t normal_closure = 1000;
constexpr std::uint16_t going_away = 1001;
constexpr std::uint16_t protocol_error = 1002;
constexpr std::uint16_t internal_error = 1011;

using Piece = std::array<char, 16UL * 1024>;

// A loop's tunnels share their pieces: one is needed only while bytes are on their way.
FreeList<Piece>& pieces() {
    thread_local FreeList<Piece> list;
    return list;
}

class BorrowedPiece {
public:
    BorrowedPiece() : piece_(pieces().take()) {}
    ~BorrowedPiece() { pieces().give(std::move(piece_)); }
    BorrowedPiece(const BorrowedPiece&) = delete;
    BorrowedPiece& operator=(const BorrowedPiece&) = delete;
    [[nodiscard]] std::span<char> room() { return *piece_; }

private:
    std::unique_ptr<Piece> piece_;
};

}  // namespace

struct Tunnel::State final : async::Expiring {
    // One way of the tunnel.
    struct Way {
        WebSocket& from;
        WebSocket& to;
        By source;
        std::uint64_t bytes = 0;
        Opcode message = Opcode::text;  // of the message whose frames are passing
    };
    enum class Passed : std::uint8_t { whole, source_lost, sink_lost };

    State(async::Loop& l, WebSocket& c, WebSocket& r, TunnelOptions o)
        : Expiring(l.deadlines()),
          loop(l),
          client(c),
          rack(r),
          options(std::move(o)),
          to_rack{.from = c, .to = r, .source = By::client},
          to_client{.from = r, .to = c, .source = By::rack} {}

    async::Task<void> pump(Way& way);
    async::Task<Passed> pass(Way& way, FrameHead head);
    async::Task<void> end_way(Way& way, const Result<std::optional<FrameHead>>& last);
    [[nodiscard]] CloseReason for_the_other(const Way& way, const CloseReason& own) const;
    void observe(Way& way, const FrameHead& head, std::span<const char> bytes) const;
    void note_end(By by, CloseReason close);
    void close_both(By by, const CloseReason& close, Deadline abort_by);
    void arm();
    void on_expired() override;
    [[nodiscard]] bool still_takes();

    async::Loop& loop;
    WebSocket& client;
    WebSocket& rack;
    TunnelOptions options;
    Way to_rack;
    Way to_client;
    bool output_ended = false;  // the rack has said so
    bool closing = false;       // both ends were told; what still comes is not passed on
    std::optional<TunnelEnd> end;
    Deadline ping_at = Deadline::max();
    Deadline output_grace_at = Deadline::max();
    Deadline abort_at = Deadline::max();
    std::size_t unconfirmed = 0;
};

void Tunnel::State::arm() {
    expire_at(std::min({ping_at, output_grace_at, abort_at}));
}

void Tunnel::State::note_end(By by, CloseReason close) {
    if (!end) {
        end = TunnelEnd{.by = by, .close = std::move(close)};
    }
}

void Tunnel::State::close_both(By by, const CloseReason& close, Deadline abort_by) {
    note_end(by, close);
    closing = true;
    client.close_soon(close);
    rack.close_soon(close);
    unconfirmed = client.unconfirmed() + rack.unconfirmed();
    output_grace_at = Deadline::max();
    abort_at = abort_by;
    arm();
}

// Whether an end has taken bytes since the last look: it is slow then, not gone.
bool Tunnel::State::still_takes() {
    const std::size_t before =
        std::exchange(unconfirmed, client.unconfirmed() + rack.unconfirmed());
    return unconfirmed > 0 && unconfirmed < before;
}

void Tunnel::State::on_expired() {
    const Deadline now = std::chrono::steady_clock::now();
    if (now >= abort_at) {
        const bool is_cut_off = end && end->by == By::gateway;
        if (!is_cut_off && still_takes()) {
            abort_at = now + options.close_grace;
        } else {
            abort_at = Deadline::max();
            client.abort();
            rack.abort();
        }
    }
    if (now >= output_grace_at) {
        close_both(By::rack, {.code = normal_closure, .reason = {}}, now + options.close_grace);
    }
    if (now >= ping_at) {
        ping_at = now + options.ping_interval;
        client.ping();
        rack.ping();
    }
    arm();
}

void Tunnel::State::observe(Way& way, const FrameHead& head, std::span<const char> bytes) const {
    way.bytes += bytes.size();
    if (way.source != By::rack || way.message != Opcode::text || !options.on_rack_text) {
        return;
    }
    if (head.length > 0) {
        options.on_rack_text(bytes);
    }
}

async::Task<Tunnel::State::Passed> Tunnel::State::pass(Way& way, FrameHead head) {
    const Result<void> begun = co_await way.to.begin_frame(head);
    Passed passed = begun ? Passed::whole : Passed::sink_lost;
    if (head.length == 0) {
        co_return passed;
    }
    BorrowedPiece piece;
    for (std::uint64_t left = head.length; left > 0;) {
        const auto got = co_await way.from.read_payload(piece.room());
        if (!got) {
            co_return Passed::source_lost;
        }
        left -= *got;
        const std::span<char> bytes = piece.room().first(*got);
        observe(way, head, bytes);
        if (passed == Passed::whole) {
            const Result<void> written = co_await way.to.write_payload(bytes);
            passed = written ? Passed::whole : Passed::sink_lost;
        }
    }
    co_return passed;
}

CloseReason Tunnel::State::for_the_other(const Way& way, const CloseReason& own) const {
    const bool broke = own.code == protocol_error && !way.from.peer_close();
    if (own.code != abnormal_closure && !broke) {
        return own;
    }
    if (way.source == By::client) {
        return {.code = going_away, .reason = "the client has gone"};
    }
    return output_ended ? CloseReason{.code = normal_closure, .reason = {}}
                        : CloseReason{.code = internal_error, .reason = "the rack has gone"};
}

// The source has ended: the sink hears of it behind everything that came before, and the other way
// goes on for the grace.
async::Task<void> Tunnel::State::end_way(Way& way, const Result<std::optional<FrameHead>>& last) {
    CloseReason own{.code = abnormal_closure, .reason = {}};
    if (const auto& said = way.from.peer_close()) {
        own = *said;
    } else if (!last && last.error().code == Errc::bad_request) {
        own = {.code = protocol_error, .reason = last.error().detail};
    }
    note_end(way.source, own);
    abort_at = std::min(abort_at, deadline_in(options.close_grace));
    unconfirmed = client.unconfirmed() + rack.unconfirmed();
    arm();
    const Result<void> told = co_await way.to.close(for_the_other(way, own));
    if (!told) {
        way.to.abort();
    }
}

async::Task<void> Tunnel::State::pump(Way& way) {
    for (;;) {
        const auto frame = co_await way.from.read_frame();
        if (!frame || !*frame) {
            co_await end_way(way, frame);
            co_return;
        }
        const FrameHead head = **frame;
        if (head.opcode != Opcode::continuation) {
            way.message = head.opcode;
        }
        const Passed passed = co_await pass(way, head);
        if (passed == Passed::source_lost) {
            // The sink is left in the middle of a frame: nothing more can be said to it.
            note_end(way.source, {.code = abnormal_closure, .reason = {}});
            way.to.abort();
            co_return;
        }
        if (passed == Passed::sink_lost && !closing) {
            way.to.abort();  // which ends the other way too
        }
        const bool says_end = way.source == By::rack && head.opcode == Opcode::binary &&
                              head.length == 0 && head.fin == Fin::last;
        if (says_end && !output_ended && !closing) {
            output_ended = true;
            output_grace_at = deadline_in(options.end_of_output_grace);
            arm();
        }
    }
}

Tunnel::Tunnel(async::Loop& loop, WebSocket& client, WebSocket& rack, TunnelOptions options)
    : state_(std::make_unique<State>(loop, client, rack, std::move(options))) {}

Tunnel::~Tunnel() = default;

async::Task<TunnelEnd> Tunnel::run() {
    State& state = *state_;
    state.ping_at = deadline_in(state.options.ping_interval);
    state.arm();
    async::TaskGroup ways(state.loop);
    ways.spawn(state.pump(state.to_client));
    ways.spawn(state.pump(state.to_rack));
    co_await ways.join();
    state.never_expire();
    co_return state.end.value_or(TunnelEnd{.by = By::gateway, .close = {.code = internal_error}});
}

void Tunnel::close(const CloseReason& reason) {
    if (!state_->closing) {
        state_->close_both(By::gateway, reason, deadline_in(patience_after_close));
    }
}

std::uint64_t Tunnel::bytes_to_rack() const {
    return state_->to_rack.bytes;
}

std::uint64_t Tunnel::bytes_to_client() const {
    return state_->to_client.bytes;
}

}  // namespace rgw::http
