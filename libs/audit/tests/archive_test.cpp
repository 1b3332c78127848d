#include "rgw/audit/archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gzip.hpp"
#include "rgw/audit/export_file.hpp"
#include "sealed_log.hpp"

namespace rgw::audit {
namespace {

using testing::HasSubstr;

constexpr std::int64_t size = 3 * group_size + 5;

class ArchiveTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        log = new SealedLog;
        log->append(full_events(size), sample_key(), size);
    }
    static void TearDownTestSuite() { delete log; }

    static std::vector<StoredEvent> group(std::int64_t index) {
        const auto first = log->rows.begin() + index * group_size;
        return {first, first + group_size};
    }
    static GroupedTree tree() {
        std::vector<Hash> groups;
        std::vector<Hash> leaves;
        for (const StoredEvent& row : log->rows) {
            leaves.push_back(leaf_of(row).value());
            if (std::ssize(leaves) == group_size) {
                groups.push_back(group_root(leaves));
                leaves.clear();
            }
        }
        return {size, std::move(groups), std::move(leaves)};
    }
    static std::string segment_of_two_groups() {
        SegmentWriter writer(tree());
        EXPECT_TRUE(writer.add(group(1)));
        EXPECT_TRUE(writer.add(group(2)));
        return writer.finish();
    }
    // A segment whose text was changed.
    static Result<SegmentContent> read_changed(const std::string& text) {
        GzipWriter gzip;
        gzip.add(text);
        return read_segment(gzip.finish());
    }
    static inline SealedLog* log = nullptr;
};

TEST_F(ArchiveTest, KeysSortLikeIndexes) {
    EXPECT_EQ(segment_key("production", {0, 8192}),
              "production/segments/000000000000-000000008191.ndjson.gz");
    EXPECT_LT(segment_key("p", {8192, 16384}), segment_key("p", {999'424, 1'007'616}));
}

TEST_F(ArchiveTest, ASegmentHasEveryEventWithItsProof) {
    const std::string body = segment_of_two_groups();
    const SegmentContent content = read_segment(body).value();
    EXPECT_EQ(content.first_index, group_size);
    EXPECT_EQ(content.tree_size, size);
    ASSERT_EQ(std::ssize(content.leaves), 2 * group_size);
    const std::string text = gunzip(body, 100'000'000).value();
    std::int64_t index = group_size;
    for (std::size_t at = 0; at < text.size(); ++index) {
        const std::size_t end = text.find('\n', at) + 1;
        const ExportedEvent event = parse_exported(text.substr(at, end - at)).value();
        EXPECT_EQ(event.stored.event_hash, log->rows[static_cast<std::size_t>(index)].event_hash);
        EXPECT_TRUE(proves_inclusion(index, size, leaf_of(event.stored).value(), event.proof->nodes,
                                     log->head.tree.root()));
        at = end;
    }
    EXPECT_EQ(index, 3 * group_size);
}

TEST_F(ArchiveTest, EventsThatWereNotSignedAreNotWritten) {
    SegmentWriter writer(tree());
    std::vector<StoredEvent> changed = group(0);
    changed[7].event.resource = "another";
    const Result<void> added = writer.add(changed);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().detail, "the events 0 to 255 are not those that were signed");
    EXPECT_FALSE(writer.add([] {
        std::vector<StoredEvent> moved = group(2);
        for (StoredEvent& row : moved) {
            row.chain_index -= group_size;
        }
        return moved;
    }()));
    EXPECT_TRUE(writer.add(group(0)));
    EXPECT_THROW((void)writer.add({}), std::invalid_argument);
}

TEST_F(ArchiveTest, AnythingElseIsRefusedWithItsLine) {
    const std::string text = gunzip(segment_of_two_groups(), 100'000'000).value();
    const std::size_t second = text.find('\n') + 1;
    const std::size_t third = text.find('\n', second) + 1;
    const std::string no_proof = text.substr(0, text.find(",\"proof\"")) + "}\n";
    const struct {
        std::string text;
        const char* why;
    } cases[] = {
        {"", "it has no events"},
        {text.substr(0, text.size() - 1), "line 512: it has no end"},
        {text.substr(0, second) + text.substr(third), "line 2: it does not follow"},
        {text.substr(0, second) + text.substr(0, second), "line 2: it does not follow"},
        {no_proof, "line 1: it has no proof"},
        {"{}\n", "line 1: "},
    };
    for (const auto& c : cases) {
        const Result<SegmentContent> content = read_changed(c.text);
        ASSERT_FALSE(content) << c.why;
        EXPECT_THAT(content.error().detail, HasSubstr(c.why));
    }
}

}  // namespace
}  // namespace rgw::audit
