#include <gtest/gtest.h>

#include "log_pages_contract.hpp"
#include "memory_log.hpp"

namespace rgw::audit {
namespace {

class MemoryFixture {
public:
    MemoryFixture() { loop_.start(); }

    LogStore& log() { return log_; }
    async::Loop& loop() { return loop_; }
    std::int64_t append(const Event& event) {
        log_.append(event);
        return log_.next_index() - 1;
    }
    void add_user(std::int64_t id, const std::string& email) { log_.add_user(id, email); }

private:
    MemoryLog log_;
    async::Loop loop_{"log"};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LogContract, MemoryFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LogPagesContract, MemoryFixture);

TEST(LogReader, LooksAtABoundedPartOfTheLog) {
    MemoryFixture fixture;
    MemoryLog log;
    for (int i = 0; i < 5000; ++i) {
        log.append(sample_event("r" + std::to_string(i)));
    }
    LogReader reader(log, {.look = 1000, .look_for_text = 100, .count = 700, .count_for_text = 50});
    const auto page = [&](Filter filter) {
        return boost::asio::co_spawn(fixture.loop().executor(),
                                     reader.list({.filter = std::move(filter)}, soon()),
                                     boost::asio::use_future)
            .get()
            .value();
    };
    const GroupPage text = page({.search = "r"});
    EXPECT_EQ(text.groups.size(), 99U) << "the last one may go on";
    EXPECT_TRUE(text.end.searched_to.has_value());
    EXPECT_EQ(log.widest(), 100);
    const GroupPage plain = page({});
    EXPECT_EQ(plain.groups.size(), 100U);
    EXPECT_EQ(plain.end.total.events, 700);
    EXPECT_TRUE(plain.end.total.capped);
    EXPECT_FALSE(plain.end.searched_to.has_value());
    EXPECT_EQ(log.widest(), 1000);
}

}  // namespace
}  // namespace rgw::audit
