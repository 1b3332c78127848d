#include "rgw/audit/anchor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sealed_log.hpp"

namespace rgw::audit {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* key = "production/2026/11/25/20/anchor-20261125T201530Z-000000069000.json";

Hash filled(unsigned char byte) {
    Hash hash;
    hash.fill(std::byte{byte});
    return hash;
}

Anchor sample() {
    return {.chain_id = "production",
            .object_key = key,
            .tree_size = 69'000,
            .root = filled(0xaa),
            .last_hash = filled(0xbb),
            .at = parse_rfc3339("2026-11-25T20:15:30Z").value(),
            .retain_until = parse_rfc3339("2027-12-30T20:15:30Z").value(),
            .previous = AnchorLink{.object_key = "production/earlier", .body_hash = filled(0xcc)},
            .passed_over = {}};
}

std::string written(const Anchor& anchor) {
    const NoteSigner signers[] = {sample_signer()};
    return write_anchor(anchor, signers);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

TEST(Anchor, KeysSortByTime) {
    EXPECT_EQ(anchor_key("production", sample().at, 69'000), key);
    EXPECT_TRUE(is_anchor_key(key, "production"));
    for (const std::string& other :
         {std::string(key) + "x", std::string("x") + key, replaced(key, "2026/", "20x6/"),
          std::string("production/segments/000000000000-000000008191.ndjson.gz"),
          replaced(key, "production", "productio"), std::string()}) {
        EXPECT_FALSE(is_anchor_key(other, "production")) << other;
    }
}

TEST(Anchor, ChainIdsArePlainNames) {
    for (const char* good : {"production", "p", "eu-1.prod_2", "0"}) {
        EXPECT_TRUE(is_chain_id(good)) << good;
    }
    for (const std::string& bad :
         {std::string(), std::string("a/b"), std::string("../a"), std::string("-a"),
          std::string("a b"), std::string("a\nb"), std::string("\xc3\xa4"), std::string(65, 'a')}) {
        EXPECT_FALSE(is_chain_id(bad)) << bad;
    }
}

// Upstream's members come first, in its order and spelling (spec database-audit 2.14).
TEST(Anchor, BeginsAsUpstreamsDoes) {
    EXPECT_THAT(written(sample()),
                StartsWith("{\"chain_id\":\"production\",\"last_seq\":68999,\"last_hash\":\"" +
                           std::string(64, 'b') +
                           "\",\"ts_utc\":\"2026-11-25T20:15:30Z\",\"db_snapshot_lsn\":\"\","
                           "\"prev_anchor_hash\":\"" +
                           std::string(64, 'c') + "\","));
    Anchor first = sample();
    first.previous.reset();
    EXPECT_THAT(written(first), Not(HasSubstr("prev_anchor_hash")));
}

TEST(Anchor, IsReadAsItWasWritten) {
    Anchor first = sample();
    first.previous.reset();
    Anchor restored = sample();
    restored.passed_over = "production/later";
    for (const Anchor& anchor : {sample(), first, restored}) {
        const ReadAnchor read = read_anchor(written(anchor)).value();
        EXPECT_EQ(read.anchor, anchor);
        const NoteVerifier keys[] = {verifier_of(sample_signer())};
        const Checkpoint checkpoint = open_checkpoint(read.note, keys).value();
        EXPECT_EQ(checkpoint.tree_size, anchor.tree_size);
        EXPECT_EQ(checkpoint.root, anchor.root);
    }
}

TEST(Anchor, EveryMemberIsInWhatIsSigned) {
    const std::string body = written(sample());
    const struct {
        const char* from;
        const char* to;
    } edits[] = {
        {"\"chain_id\":\"production\"", "\"chain_id\":\"other\""},
        {"68999", "68998"},
        {"\"last_hash\":\"bb", "\"last_hash\":\"ba"},
        {"\"ts_utc\":\"2026", "\"ts_utc\":\"2025"},
        {"\"db_snapshot_lsn\":\"\"", "\"db_snapshot_lsn\":\"0/1\""},
        {"\"prev_anchor_hash\":\"cc", "\"prev_anchor_hash\":\"cd"},
        {"\"prev_object_key\":\"production/earlier", "\"prev_object_key\":\"production/Earlier"},
        {"\"tree_size\":69000", "\"tree_size\":69001"},
        {"\"object_key\":\"production/2026", "\"object_key\":\"production/2027"},
        {"\"retain_until\":\"2027", "\"retain_until\":\"2026"},
        {"{\"chain_id", "{ \"chain_id"},
        {"}\n", "}"},
        {"}\n", ",\"more\":1}\n"},
        {"}\n", "}\n\n"},
    };
    for (const auto& edit : edits) {
        const Result<ReadAnchor> read = read_anchor(replaced(body, edit.from, edit.to));
        ASSERT_FALSE(read) << edit.to;
        EXPECT_EQ(read.error().detail, "anchor: it says something else than its checkpoint");
    }
    for (const auto& [from, to, why] :
         {std::tuple{"\\nanchor ", "\\nAnchor ", "the lines of its checkpoint"},
          std::tuple{"\\nhead bb", "\\nhead b", "the lines of its checkpoint"},
          std::tuple{"\\nprevious cc", "\\nprevious xx", "the lines of its checkpoint"},
          std::tuple{"\\nretain 2027", "\\nretain soon", "the lines of its checkpoint"},
          std::tuple{"production/2026/11/25/20", "a b/2026/11/25/20",
                     "the lines of its checkpoint"},
          std::tuple{"\"checkpoint\":", "\"note\":", "it holds no checkpoint"}}) {
        const std::string edited = replaced(body, from, to);
        const Result<ReadAnchor> read = read_anchor(edited);
        ASSERT_FALSE(read) << to;
        EXPECT_THAT(read.error().detail, HasSubstr("anchor: ")) << why;
    }
    EXPECT_EQ(read_anchor("[]").error().detail, "anchor: it is no JSON object");
    EXPECT_FALSE(read_anchor(std::string(max_anchor_bytes + 1, ' ')));
}

// Times have more than one spelling, and a size may have more digits than a key: what is signed is
// read in one spelling only, and only if a listing would find it again.
TEST(Anchor, WhatIsSignedHasOneSpelling) {
    const struct {
        const char* from;
        const char* to;
    } spellings[] = {
        {"\\ntime 2026-11-25T20:15:30Z", "\\ntime 2026-11-25T22:15:30+02:00"},
        {"\\ntime 2026-11-25T20:15:30Z", "\\ntime 2026-11-25T20:15:30.0Z"},
        {"\\nretain 2027-12-30T20:15:30Z", "\\nretain 2027-12-30T20:15:30.25Z"},
        {"\\nhead bb", "\\nhead Bb"},
        {"\\nprevious cc", "\\nprevious cC"},
    };
    const std::string body = written(sample());
    for (const auto& [from, to] : spellings) {
        const Result<ReadAnchor> read = read_anchor(replaced(body, from, to));
        ASSERT_FALSE(read) << to;
        EXPECT_EQ(read.error().detail, "anchor: the lines of its checkpoint are no anchor's") << to;
    }
    for (const std::int64_t size : {std::int64_t{0}, std::int64_t{1'000'000'000'000}}) {
        Anchor anchor = sample();
        anchor.tree_size = size;
        anchor.object_key = anchor_key(anchor.chain_id, anchor.at, size);
        EXPECT_FALSE(read_anchor(written(anchor))) << size;
    }
}

}  // namespace
}  // namespace rgw::audit
