#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>

#include "support/proxy_handler.hpp"
#include "support/raw_client.hpp"
#include "support/test_call.hpp"
#include "support/test_server.hpp"

namespace rgw::http::test {
namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RGW_MEMORY_IS_MEASURABLE 0
#endif
#endif
#ifndef RGW_MEMORY_IS_MEASURABLE
#define RGW_MEMORY_IS_MEASURABLE 1
#endif

// How much resident memory the process has had at most since the last reset.
class PeakMemory {
public:
    PeakMemory() {
        std::ofstream("/proc/self/clear_refs") << "5";
        begin_ = peak();
    }
    [[nodiscard]] std::uint64_t grown() const { return peak() - begin_; }

private:
    static std::uint64_t peak() {
        std::ifstream status("/proc/self/status");
        std::string word;
        while (status >> word) {
            if (word == "VmHWM:") {
                std::uint64_t kibibytes = 0;
                status >> kibibytes;
                return kibibytes * 1024;
            }
        }
        return 0;
    }

    std::uint64_t begin_ = 0;
};

void expect_flat(const PeakMemory& memory) {
    if (RGW_MEMORY_IS_MEASURABLE == 1) {
        EXPECT_LT(memory.grown(), 16 * mebibyte);
    }
}

async::Task<void> drain(Listener& listener) {
    co_await listener.drain(deadline_in(std::chrono::seconds(5)));
}

// A rack, and a proxy in front of it on a loop of its own.
class Streaming : public testing::Test {
protected:
    Streaming() {
        listener_ = Listener::open(loop_, {}, proxy_, nullptr).value();
        listener_->start();
        loop_.start();
    }
    ~Streaming() override {
        boost::asio::co_spawn(loop_.executor(), drain(*listener_), boost::asio::use_future).get();
        loop_.stop();
        loop_.join();
    }

    [[nodiscard]] std::uint16_t port() const { return listener_->port(); }

    TestServer rack_;
    async::Loop loop_{"proxy"};
    async::CpuPool resolver_{1};
    Upstream upstream_{loop_, resolver_, to_port(rack_.port()), nullptr};
    ProxyHandler proxy_{upstream_};
    std::unique_ptr<Listener> listener_;
};

TEST_F(Streaming, RelaysSmallCallsOnKeptConnections) {
    RawClient client(port());
    for (int i = 0; i < 3; ++i) {
        client.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_EQ(body_of(client.read_message()), "hello");
        client.send(
            "POST /count HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
            "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        EXPECT_EQ(body_of(client.read_message()), "3");
        client.send("GET /chunks HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_NE(client.read_message().find("Transfer-Encoding: chunked"), std::string::npos);
    }
    EXPECT_EQ(upstream_.stats().opened_total, 1U);
}

TEST_F(Streaming, AHugeDownloadTakesNoMemory) {
    constexpr std::uint64_t size = 256 * mebibyte;
    RawClient client(port());
    client.send("GET /big/" + std::to_string(size) +
                " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_of(client.read_head()), "200");
    const PeakMemory memory;
    EXPECT_EQ(client.discard_to_end(), size);
    expect_flat(memory);
}

TEST_F(Streaming, AHugeUploadTakesNoMemory) {
    const std::string chunk(mebibyte, 'u');
    for (const bool chunked : {false, true}) {
        RawClient client(port());
        client.send("POST /count HTTP/1.1\r\nHost: h\r\n");
        client.send(chunked ? "Transfer-Encoding: chunked\r\n\r\n"
                            : "Content-Length: 268435456\r\n\r\n");
        const PeakMemory memory;
        for (int i = 0; i < 256; ++i) {
            ASSERT_TRUE(
                client.send((chunked ? "100000\r\n" : "") + chunk + (chunked ? "\r\n" : "")));
        }
        client.send(chunked ? "0\r\n\r\n" : "");
        EXPECT_EQ(body_of(client.read_message()), "268435456");
        expect_flat(memory);
    }
}

TEST_F(Streaming, AReaderThatStopsHoldsTheRackBack) {
    RawClient client(port());
    client.shrink_receive_buffer();
    const PeakMemory memory;
    client.send("GET /big/1000000000 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(status_of(client.read_head()), "200");
    // Both loops run until they have nothing left to do but wait for the client; then it leaves.
    for (int i = 0; i < 200; ++i) {
        pass_time(loop_, std::chrono::milliseconds(0));
        pass_time(rack_.loop(), std::chrono::milliseconds(0));
    }
    expect_flat(memory);
    client.reset();
    EXPECT_EQ(rack_.handler().notes(1).at(0), "connection_closed");
}

TEST_F(Streaming, AnEarlyAnswerReachesAClientThatStillSends) {
    RawClient client(port());
    client.send("POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
    const std::string chunk(100'000, 'x');
    std::atomic<bool> stop = false;
    std::thread sender([&] {
        while (!stop && client.send(chunk)) {
        }
    });
    const std::string answer = client.read_message();
    EXPECT_EQ(status_of(answer), "413");
    EXPECT_EQ(body_of(answer), "no");
    stop = true;
    sender.join();
}

TEST_F(Streaming, AClientThatLeavesDuringItsUploadEndsTheCall) {
    RawClient client(port());
    client.send("POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc");
    EXPECT_TRUE(eventually([&] { return rack_.listener().stats().requests_total == 1; }));
    client.reset();
    EXPECT_EQ(rack_.handler().notes(1).at(0), "connection_closed");
    EXPECT_TRUE(eventually([&] { return upstream_.stats().open == 0; }));
}

}  // namespace
}  // namespace rgw::http::test
