#include "answer_body.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>

#include "support/run.hpp"

namespace rgw::api {
namespace {

using namespace std::chrono_literals;

// A rack whose answer comes in these pieces and then ends, or breaks off.
class Pieces final : public http::UpstreamCall {
public:
    explicit Pieces(std::deque<std::string> pieces, Result<void> end = {})
        : pieces_(std::move(pieces)), end_(std::move(end)) {}

    async::Task<Result<void>> write_body(std::span<const char>) override {
        co_return Errc::internal;
    }
    async::Task<Result<void>> finish_body() override { co_return Errc::internal; }
    async::Task<Result<http::ResponseHead>> read_head(std::chrono::milliseconds) override {
        co_return Errc::internal;
    }
    async::Task<Result<std::size_t>> read_body(std::span<char> into,
                                               std::chrono::milliseconds) override {
        if (pieces_.empty()) {
            if (!end_) {
                co_return end_.error();
            }
            ++ends_seen;
            co_return std::size_t{0};
        }
        std::string& piece = pieces_.front();
        const std::size_t count = std::min(into.size(), piece.size());
        std::memcpy(into.data(), piece.data(), count);
        piece.erase(0, count);
        if (piece.empty()) {
            pieces_.pop_front();
        }
        given += count;
        co_return count;
    }
    void abort() override {}

    std::size_t given = 0;
    int ends_seen = 0;

private:
    std::deque<std::string> pieces_;
    Result<void> end_;
};

class AnswerBodyTest : public testing::Test {
protected:
    AnswerBodyTest() { loop_.start(); }

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(loop_, std::move(task));
    }
    // What is left of it, in order.
    std::string rest(AnswerBody& body) {
        std::string all;
        while (true) {
            const auto piece = wait(body.next()).value();
            if (piece.empty()) {
                return all;
            }
            all.append(piece.data(), piece.size());
        }
    }

    async::Loop loop_{"test"};
    const http::BodyFraming chunked_{.kind = http::BodyKind::chunked};
};

TEST_F(AnswerBodyTest, PassesEveryByteOnWhetherItWasReadBeforeOrNot) {
    const std::string big(100'000, 'b');
    for (const std::size_t limit : {0UL, 5UL, 6UL, 65'536UL, 100'006UL}) {
        Pieces rack({"{\"a\"", ":", big, "}"});
        AnswerBody body(rack, chunked_, 1s);
        (void)wait(body.read_whole(limit)).value();
        EXPECT_EQ(rest(body), "{\"a\":" + big + "}") << limit;
        EXPECT_EQ(rack.ends_seen, 1);
    }
    Pieces rack({"ab", "c"});
    AnswerBody body(rack, {.kind = http::BodyKind::length, .length = 3}, 1s);
    EXPECT_EQ(rest(body), "abc");
}

TEST_F(AnswerBodyTest, IsReadWholeUpToItsLimitAndNoFurther) {
    Pieces exact({"12", "345"});
    AnswerBody five(exact, chunked_, 1s);
    EXPECT_EQ(wait(five.read_whole(5)).value(), "12345");
    EXPECT_EQ(wait(five.read_whole(5)).value(), "12345");

    Pieces more({"12", "345", std::string(1000, 'x')});
    AnswerBody six(more, chunked_, 1s);
    EXPECT_EQ(wait(six.read_whole(5)).value(), "");
    EXPECT_EQ(more.given, 6U);

    Pieces nothing({});
    AnswerBody empty(nothing, {.kind = http::BodyKind::none}, 1s);
    EXPECT_EQ(wait(empty.read_whole(5)).value(), "");
    EXPECT_EQ(rest(empty), "");
}

TEST_F(AnswerBodyTest, ABodyThatBreaksOffIsAnErrorBothWays) {
    Pieces early({"{\"id\""}, Errc::rack_connection_lost);
    AnswerBody read_before(early, chunked_, 1s);
    EXPECT_EQ(wait(read_before.read_whole(100)).error().code, Errc::rack_connection_lost);

    Pieces late({"0123456789"}, Errc::rack_timeout);
    AnswerBody passed_on(late, chunked_, 1s);
    EXPECT_EQ(wait(passed_on.read_whole(4)).value(), "");
    EXPECT_EQ(wait(passed_on.next()).value().size(), 5U);
    EXPECT_EQ(wait(passed_on.next()).value().size(), 5U);
    EXPECT_EQ(wait(passed_on.next()).error().code, Errc::rack_timeout);
}

}  // namespace
}  // namespace rgw::api
