#include "exact_line.hpp"

#include <gtest/gtest.h>

#include "random_events.hpp"
#include "rgw/audit/log_export.hpp"
#include "sealed_log.hpp"

namespace rgw::audit {
namespace {

std::string line_of(const StoredEvent& stored) {
    std::string line;
    append_ndjson(line, stored);
    line.pop_back();
    return line;
}

std::string replaced(std::string line, const std::string& from, const std::string& to) {
    const std::size_t at = line.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return line.replace(at, from.size(), to);
}

StoredEvent sample_row() {
    SealedLog log;
    log.append(full_events(2), sample_key(), 100);
    return log.rows.back();
}

TEST(ExactLine, ReadsWhatIsWrittenAndNothingGoesMissing) {
    const std::string line = line_of(sample_row());
    const std::optional<StoredEvent> read = read_exact_line(line);
    ASSERT_TRUE(read);
    EXPECT_EQ(line_of(*read), line);
    EXPECT_EQ(canonical(read->event, static_cast<std::int32_t>(read->key_id)),
              canonical(sample_row().event, static_cast<std::int32_t>(read->key_id)));
    StoredEvent bare = sample_row();
    bare.event = Event{};
    bare.event.at = sample_event().at;
    bare.previous_hash.reset();
    EXPECT_EQ(line_of(read_exact_line(line_of(bare)).value()), line_of(bare));
}

// Whatever it reads, a JSON parser would have read the same: members in another order make the
// parser look.
TEST(ExactLine, AgreesWithAJsonParserOnRandomEvents) {
    RandomEvents random(7);
    int exact = 0;
    for (int i = 0; i < 400; ++i) {
        StoredEvent stored = sample_row();
        const Event drawn = normalise(random.next());
        // Random texts are hardly ever plain; half of the events have plain ones.
        Event plain = full_event();
        plain.at = drawn.at;
        plain.phase = drawn.phase;
        plain.intent_index = drawn.intent_index;
        plain.http_status = drawn.http_status;
        plain.details = R"({"a":"\"b\\"})";
        stored.event = i % 2 == 0 ? drawn : plain;
        const std::string line = line_of(stored);
        const std::optional<StoredEvent> read = read_exact_line(line);
        const std::string format = R"(,"format":1)";
        const std::string shuffled =
            "{" + format.substr(1) + "," + replaced(line, format, "").substr(1);
        const Result<StoredEvent> parsed = parse_ndjson(shuffled);
        ASSERT_TRUE(parsed) << shuffled;
        EXPECT_FALSE(read_exact_line(shuffled));
        EXPECT_EQ(line_of(*parsed), line);
        if (read) {
            ++exact;
            EXPECT_EQ(line_of(*read), line);
        }
    }
    EXPECT_GE(exact, 200);
}

TEST(ExactLine, LeavesEveryOtherSpellingToTheParser) {
    const std::string line = line_of(sample_row());
    const std::string others[] = {
        "",
        "{}",
        line + " ",
        " " + line,
        line.substr(0, line.size() - 1),
        line + "}",
        replaced(line, R"("id":2)", R"("id": 2)"),
        replaced(line, R"("id":2)", R"("id":02)"),
        replaced(line, R"("id":2)", R"("id":-2)"),
        replaced(line, R"("id":2)", R"("id":2.0)"),
        replaced(line, R"("id":2)", R"("id":3)"),
        replaced(line, R"("id":2)", R"("id":99999999999999999999)"),
        replaced(line, R"("chain_index":1)", R"("chain_index":-0)"),
        replaced(line, R"("api_token_id":7)", R"("api_token_id":"7")"),
        replaced(line, "alice@", "\\u0061lice@"),
        replaced(line, "alice@", "\xC3\xA9lice@"),
        replaced(line, "alice@", "al\tice@"),
        replaced(line, "alice@", "al\\nice@"),
        replaced(line, "alice@", std::string("al\0ice@", 7)),
        replaced(line, R"("phase":"outcome")", R"("phase":"other")"),
        replaced(line, "T21:", "T24:"),
        replaced(line, "2026-11-", "2026-13-"),
        replaced(line, "2026-11-", "0000-11-"),
        replaced(line, ".123456Z", ".12345Z"),
        replaced(line, ".123456Z", ".123456z"),
        replaced(line, R"("key_id":)", R"("key_id":9999999999)"),
        replaced(line, R"("event_count":3)", R"("event_count":3,"event_count":3)"),
        replaced(line, R"("event_count":3,)", ""),
        replaced(line, R"(,"format":1)", R"(,"format":1,"more":1)"),
        replaced(line, R"("event_hash":")", R"("event_hash":"A)"),
        replaced(line, R"("previous_hash":")", R"("previous_hash":"AAAA)"),
    };
    for (const std::string& other : others) {
        EXPECT_FALSE(read_exact_line(other)) << other;
    }
    for (std::size_t size = 0; size < line.size(); ++size) {
        EXPECT_FALSE(read_exact_line(std::string_view(line).substr(0, size))) << size;
    }
}

}  // namespace
}  // namespace rgw::audit
