// A tunnel between a raw client and a raw rack, byte by byte (RFC 6455; spec proxy-rbac §1.9,
// §6.5).
#include "rgw/http/tunnel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/raw_client.hpp"
#include "support/test_call.hpp"
#include "support/test_server.hpp"
#include "websocket_handshake.hpp"

namespace rgw::http::test {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

// Hands every handshake on to the rack.
class TunnelHandler final : public Handler {
public:
    TunnelHandler(Upstream& rack, TunnelOptions options)
        : rack_(rack), options_(std::move(options)) {}

    async::Task<void> handle(Exchange& exchange) override {
        auto dialled = co_await rack_.open_websocket("/exec", {}, deadline_in(10s));
        auto client = co_await exchange.accept_websocket();
        Tunnel tunnel(exchange.loop(), **client, *dialled->socket, options_);
        tunnel_ = &tunnel;
        const TunnelEnd ended = co_await tunnel.run();
        tunnel_ = nullptr;
        end_.store(static_cast<int>(ended.close.code));
    }
    async::Task<void> on_bad_request(std::string_view, const Error&, std::string_view) override {
        co_return;
    }

    // On the loop.
    void close(const CloseReason& reason) { tunnel_->close(reason); }
    [[nodiscard]] int end() const { return end_; }

private:
    Upstream& rack_;
    TunnelOptions options_;
    Tunnel* tunnel_ = nullptr;
    std::atomic<int> end_{0};
};

async::Task<void> drain(Listener& listener) {
    co_await listener.drain(deadline_in(5s));
}

constexpr char text = '\x01';
constexpr char binary = '\x02';
constexpr char closing = '\x08';
constexpr char ping = '\x09';

std::string close_payload(int code, const std::string& reason) {
    return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} + reason;
}

std::string head_of(char opcode, std::size_t size, int mask_bit) {
    std::string head{static_cast<char>(0x80 | opcode)};
    if (size < 126) {
        head += static_cast<char>(mask_bit | static_cast<int>(size));
    } else {
        head += static_cast<char>(mask_bit | 127);
        for (int shift = 56; shift >= 0; shift -= 8) {
            head += static_cast<char>(size >> static_cast<unsigned>(shift) & 0xFFU);
        }
    }
    return head;
}

class TunnelTest : public testing::Test {
protected:
    explicit TunnelTest(const TunnelOptions& options = {}) : handler_(upstream_, options) {
        listener_ = Listener::open(loop_, {}, handler_, nullptr).value();
        listener_->start();
        loop_.start();
        client_ = std::make_unique<RawClient>(listener_->port());
        client_->send(
            "GET /exec HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        rack_ = std::make_unique<RawClient>(rack_server_.accept());
        const std::string head = rack_->read_head();
        const std::size_t key = head.find("Sec-WebSocket-Key: ") + 19;
        rack_->send(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: " +
            websocket_accept(head.substr(key, 24)) + "\r\n\r\n");
        EXPECT_EQ(status_of(client_->read_head()), "101");
    }
    ~TunnelTest() override {
        client_.reset();
        rack_.reset();
        boost::asio::co_spawn(loop_.executor(), drain(*listener_), boost::asio::use_future).get();
        run_on_loop([this] { upstream_.close(); });
        loop_.stop();
        loop_.join();
    }

    template <class F>
    void run_on_loop(F act) {
        std::promise<void> done;
        loop_.post([&] {
            act();
            done.set_value();
        });
        done.get_future().wait();
    }

    // A key of zeros masks nothing.
    void client_sends(char opcode, const std::string& payload) {
        client_->send(head_of(opcode, payload.size(), 0x80) + "\0\0\0\0"s + payload);
    }
    void rack_sends(char opcode, const std::string& payload) {
        rack_->send(head_of(opcode, payload.size(), 0) + payload);
    }
    // "opcode payload" of the next frame there.
    std::string client_gets() {
        const std::string head = client_->read_exactly(2);
        return std::to_string(head[0] & 0x0F) + " " +
               client_->read_exactly(static_cast<unsigned char>(head[1]));
    }
    std::string rack_gets() {
        const std::string head = rack_->read_exactly(2);
        const std::string key = rack_->read_exactly(4);
        std::string payload = rack_->read_exactly(static_cast<unsigned char>(head[1]) & 0x7FU);
        for (std::size_t i = 0; i < payload.size(); ++i) {
            payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
        }
        EXPECT_NE(static_cast<unsigned char>(head[1]) & 0x80U, 0U) << "masked towards the rack";
        return std::to_string(head[0] & 0x0F) + " " + payload;
    }
    bool ends_with(int code) {
        return eventually([&] { return handler_.end() == code; });
    }

    RawServer rack_server_;
    async::Loop loop_{"gateway"};
    async::CpuPool resolver_{1};
    Upstream upstream_{loop_, resolver_, to_port(rack_server_.port()), nullptr};
    TunnelHandler handler_;
    std::unique_ptr<Listener> listener_;
    std::unique_ptr<RawClient> client_;
    std::unique_ptr<RawClient> rack_;
};

TEST_F(TunnelTest, FramesPassOneByOneWithWhateverBytes) {
    const std::string bytes = "\0\xff\xfe\x80 not UTF-8"s;
    client_sends(text, bytes);
    EXPECT_EQ(rack_gets(), "1 " + bytes);
    client_sends(binary, "");
    EXPECT_EQ(rack_gets(), "2 ") << "the end of input, at once";
    rack_sends(text, "one");
    rack_sends(text, "");
    rack_sends(text, bytes);
    EXPECT_EQ(client_gets(), "1 one");
    EXPECT_EQ(client_gets(), "1 ");
    EXPECT_EQ(client_gets(), "1 " + bytes);
}

TEST_F(TunnelTest, ACloseKeepsItsCodeAndReasonAndLosesNothingThatIsOnItsWay) {
    client_sends(text, "last words");
    client_sends(closing, close_payload(4001, "bye"));
    EXPECT_EQ(rack_gets(), "1 last words");
    EXPECT_EQ(rack_gets(), "8 " + close_payload(4001, "bye"));
    rack_sends(text, "still");
    rack_sends(text, "coming");
    rack_sends(closing, close_payload(4002, "done"));
    EXPECT_EQ(client_gets(), "1 still") << "the other half goes on";
    EXPECT_EQ(client_gets(), "1 coming");
    EXPECT_EQ(client_gets(), "8 " + close_payload(4002, "done"));
    EXPECT_TRUE(ends_with(4001)) << "who closed first";
}

// Intervals that have passed at the next look.
class ImpatientTunnelTest : public TunnelTest {
protected:
    ImpatientTunnelTest() : TunnelTest({.ping_interval = 1ms, .end_of_output_grace = 1ms}) {}
};

TEST_F(ImpatientTunnelTest, BothEndsArePingedAndTheirOwnPingsAreAnsweredHere) {
    EXPECT_EQ(client_gets(), "9 ");
    EXPECT_EQ(rack_gets(), "9 ");
    const auto skip_pings = [](auto gets) {
        std::string frame = gets();
        while (frame == "9 ") {
            frame = gets();
        }
        return frame;
    };
    client_sends(ping, "abc");
    EXPECT_EQ(skip_pings([this] { return client_gets(); }), "10 abc");
    rack_sends(ping, "def");
    EXPECT_EQ(skip_pings([this] { return rack_gets(); }), "10 def") << "not the client's";
    client_sends(text, "data");
    EXPECT_EQ(skip_pings([this] { return rack_gets(); }), "1 data");
}

TEST_F(ImpatientTunnelTest, AfterTheRacksEndOfOutputItIsClosedWhenTheGraceIsOver) {
    rack_sends(binary, "");
    EXPECT_EQ(client_gets(), "2 ");
    std::string frame = client_gets();
    while (frame == "9 ") {
        frame = client_gets();
    }
    EXPECT_EQ(frame, "8 " + close_payload(1000, ""));
}

TEST_F(TunnelTest, AnEndThatGoesWithoutACloseIsToldToTheOther) {
    rack_.reset();
    EXPECT_EQ(client_gets(), "8 " + close_payload(1011, "the rack has gone"));
    EXPECT_TRUE(eventually([&] {
        pass_time(loop_, 6s);
        return handler_.end() == 1006;
    }));
}

TEST_F(TunnelTest, AClientThatGoesIsToldToTheRack) {
    client_.reset();
    EXPECT_EQ(rack_gets(), "8 " + close_payload(1001, "the client has gone"));
}

TEST_F(TunnelTest, AFrameThatBreaksTheProtocolEndsItAndIsNotPassedOn) {
    client_->send("\x81\x05unmasked");
    EXPECT_EQ(client_gets(), "8 " + close_payload(1002, "protocol error"));
    EXPECT_EQ(rack_gets(), "8 " + close_payload(1001, "the client has gone"));
}

TEST_F(TunnelTest, ClosingItFromOutsideTellsBothWhy) {
    run_on_loop([this] { handler_.close({.code = 1008, .reason = "no longer allowed"}); });
    EXPECT_EQ(client_gets(), "8 " + close_payload(1008, "no longer allowed"));
    EXPECT_EQ(rack_gets(), "8 " + close_payload(1008, "no longer allowed"));
    pass_time(loop_, 2s);
    EXPECT_TRUE(ends_with(1008));
}

// One frame of 128 MiB: it is neither held nor lost.
TEST_F(TunnelTest, ASlowReaderHoldsItsWriterBackInBoundedMemory) {
    constexpr std::size_t size = 128UL * 1024 * 1024;
    constexpr std::size_t piece_size = 64UL * 1024;
    const std::string piece(piece_size, 'x');
    std::atomic<std::size_t> sent = 0;
    std::thread writer([&] {
        rack_->send(head_of(text, size, 0));
        while (sent < size && rack_->send(piece)) {
            sent += piece.size();
        }
    });
    std::size_t before = 1;
    EXPECT_TRUE(eventually([&] {
        const std::size_t last = std::exchange(before, sent);
        for (int i = 0; i < 500; ++i) {
            pass_time(loop_, 0ms);
        }
        return last == sent;
    }));
    EXPECT_LT(sent, size / 2) << "what the sockets hold, and no more";
    EXPECT_EQ(client_->read_exactly(10).size(), 10U);
    for (std::size_t read = 0; read < size; read += piece_size) {
        ASSERT_TRUE(client_->read_exactly(piece_size) == piece) << read;
    }
    writer.join();
    rack_sends(text, "after");
    EXPECT_EQ(client_gets(), "1 after");
}

}  // namespace
}  // namespace rgw::http::test
