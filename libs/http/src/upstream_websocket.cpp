#include "upstream_websocket.hpp"

#include <array>
#include <utility>

#include "body_reader.hpp"
#include "head_writer.hpp"
#include "rgw/base/text.hpp"
#include "websocket_end.hpp"
#include "websocket_handshake.hpp"

namespace rgw::http {
namespace {

constexpr HeadLimits response_limits{64UL * 1024, 256};
constexpr std::size_t most_refusal_bytes = 4096;

// What an end towards the rack keeps alive.
class TunnelConnection {
public:
    TunnelConnection(std::shared_ptr<UpstreamPool> pool,
                     std::unique_ptr<UpstreamConnection> connection)
        : pool_(std::move(pool)), connection_(std::move(connection)) {
        pool_->count_tunnel(1);
    }
    ~TunnelConnection() { pool_->count_tunnel(-1); }
    TunnelConnection(const TunnelConnection&) = delete;
    TunnelConnection& operator=(const TunnelConnection&) = delete;

    [[nodiscard]] Link& link() { return *connection_; }

private:
    std::shared_ptr<UpstreamPool> pool_;
    std::unique_ptr<UpstreamConnection> connection_;
};

std::string without_line_end(std::string text) {
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    return text;
}

// One handshake on a fresh connection.
class Dial {
public:
    Dial(std::shared_ptr<UpstreamPool> pool, std::unique_ptr<UpstreamConnection> connection)
        : pool_(std::move(pool)), connection_(std::move(connection)), work_(pool_->works().take()) {
        work_->parser.reset(response_limits);
    }
    ~Dial() {
        work_->in.clear();
        pool_->works().give(std::move(work_));
    }
    Dial(const Dial&) = delete;
    Dial& operator=(const Dial&) = delete;

    async::Task<Result<WebSocketAnswer>> run(std::string target, std::vector<OutField> fields,
                                             Deadline deadline);

private:
    Result<void> write_head(std::string target, std::vector<OutField> fields);
    async::Task<Result<void>> receive_head();
    async::Task<Result<WebSocketAnswer>> read_refusal(ResponseHead head);

    std::shared_ptr<UpstreamPool> pool_;
    std::unique_ptr<UpstreamConnection> connection_;
    std::unique_ptr<CallWork> work_;
    std::string key_ = new_websocket_key();
};

Result<void> Dial::write_head(std::string target, std::vector<OutField> fields) {
    const Origin& origin = pool_->options().origin;
    fields.push_back(
        {"Origin", (origin.tls ? "https://" : "http://") + to_lower(pool_->host_field())});
    fields.push_back({"Upgrade", "websocket"});
    fields.push_back({"Sec-WebSocket-Version", "13"});
    fields.push_back({"Sec-WebSocket-Key", key_});
    const OutRequest request{
        .method = "GET", .target = std::move(target), .fields = std::move(fields), .body = {}};
    if (auto written = write_request_head(work_->head, request, pool_->host_field()); !written) {
        return written;
    }
    constexpr std::string_view head_end = "\r\n";
    work_->head.resize(work_->head.size() - head_end.size());
    work_->head += "Connection: Upgrade\r\n\r\n";
    return {};
}

async::Task<Result<void>> Dial::receive_head() {
    for (;;) {
        const auto complete = work_->parser.feed(work_->in.head());
        if (!complete) {
            co_return complete.error();
        }
        if (*complete) {
            work_->in.seal_head(work_->parser.size());
            co_return Result<void>();
        }
        const auto got = co_await connection_->receive(work_->in.room(), Link::no_limit);
        if (!got || *got == 0) {
            co_return got ? Error(Errc::connection_closed, "the rack closed before it answered")
                          : got.error();
        }
        work_->in.received(*got);
    }
}

async::Task<Result<WebSocketAnswer>> Dial::run(std::string target, std::vector<OutField> fields,
                                               Deadline deadline) {
    if (auto written = write_head(std::move(target), std::move(fields)); !written) {
        co_return written.error();
    }
    connection_->bound(deadline);
    Pieces pieces;
    pieces.add(work_->head);
    Result<void> step = co_await connection_->send(pieces, Link::no_limit);
    if (step) {
        step = co_await receive_head();
    }
    if (!step) {
        co_return step.error();
    }
    ResponseHead head;
    if (auto read = work_->parser.read(work_->in.head(), "GET", head); !read) {
        co_return read.error();
    }
    if (head.status != 101) {
        auto refused = co_await read_refusal(std::move(head));
        co_return refused;
    }
    if (auto sound = check_websocket_answer(head, key_); !sound) {
        co_return sound.error();
    }
    connection_->bound(Deadline::max());
    if (work_->in.rest().size() > FrameBuffer::size) {
        co_return Error(Errc::rack_answer_invalid, "too much right behind the handshake");
    }
    auto tunnel = std::make_shared<TunnelConnection>(pool_, std::move(connection_));
    WebSocketAnswer answer;
    answer.socket = std::make_unique<WebSocketEnd>(tunnel->link(), WebSocketEnd::Peer::rack,
                                                   pool_->frames(), work_->in.rest(), tunnel);
    co_return answer;
}

// What the rack says instead; that it cannot be read to its end does not matter.
async::Task<Result<WebSocketAnswer>> Dial::read_refusal(ResponseHead head) {
    WebSocketAnswer answer{.socket = nullptr, .status = head.status, .refusal = {}};
    const std::string_view type = head.find("Content-Type").value_or("");
    if (!type.starts_with("text/plain") || head.find("Content-Encoding")) {
        co_return answer;
    }
    BodyDecoder body(head.body);
    std::array<char, most_refusal_bytes> piece;
    while (answer.refusal.size() < most_refusal_bytes) {
        Result<std::size_t> got = take_body(work_->in, body, piece);
        if (got && *got == 0 && !body.done()) {
            got = co_await receive_body(*connection_, work_->in, body, piece, Link::no_limit);
        }
        if (!got || *got == 0) {
            break;
        }
        answer.refusal.append(piece.data(), *got);
    }
    answer.refusal =
        clip_utf8(valid_utf8(without_line_end(std::move(answer.refusal))), most_refusal_bytes);
    co_return answer;
}

}  // namespace

async::Task<Result<WebSocketAnswer>> dial_websocket(std::shared_ptr<UpstreamPool> pool,
                                                    std::string target,
                                                    std::vector<OutField> fields,
                                                    Deadline deadline) {
    if (pool->tunnels() >= pool->options().max_tunnels) {
        co_return Error(Errc::overloaded, "too many sessions on the rack");
    }
    auto connected = co_await pool->connect(deadline);
    if (!connected) {
        co_return connected.error();
    }
    Dial dial(std::move(pool), std::move(*connected));
    auto answer = co_await dial.run(std::move(target), std::move(fields), deadline);
    if (!answer) {
        co_return error_of_rack(answer.error());
    }
    co_return answer;
}

}  // namespace rgw::http
