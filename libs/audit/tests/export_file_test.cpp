#include "rgw/audit/export_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rgw/audit/log_export.hpp"
#include "sealed_log.hpp"

namespace rgw::audit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

StoredEvent sealed_event(Event event) {
    SealedLog log;
    log.append({std::move(event)}, sample_key(), 100);
    return log.rows.front();
}

std::string line_of(const StoredEvent& stored, const LineProof& proof) {
    std::string line;
    append_ndjson(line, stored);
    append_proof(line, proof);
    return line;
}

LineProof sample_proof(std::size_t nodes) {
    LineProof proof{.tree_size = 1234, .nodes = {}};
    for (std::size_t i = 0; i < nodes; ++i) {
        proof.nodes.push_back(crypto::sha256(std::to_string(i)));
    }
    return proof;
}

TEST(ExportedEvent, ComesBackWithItsProof) {
    const StoredEvent stored = sealed_event(full_event());
    std::string plain;
    append_ndjson(plain, stored);
    EXPECT_FALSE(parse_exported(plain).value().proof);
    for (const std::size_t nodes : {0, 1, 2, 64}) {
        const std::string line = line_of(stored, sample_proof(nodes));
        EXPECT_TRUE(line.ends_with("]}}\n"));
        const ExportedEvent exported = parse_exported(line).value();
        EXPECT_EQ(exported.proof, sample_proof(nodes));
        std::string again;
        append_ndjson(again, exported.stored);
        EXPECT_EQ(again, plain);
    }
}

TEST(ExportedEvent, WhatLooksLikeAProofInsideATextIsText) {
    Event event = sample_event();
    event.details = R"({"x":1,"proof":{"tree_size":7,"nodes":[]}})";
    event.user_agent = R"(,"proof":{"tree_size":7,"nodes":[]}})";
    std::string plain;
    const StoredEvent stored = sealed_event(event);
    append_ndjson(plain, stored);
    EXPECT_FALSE(parse_exported(plain).value().proof);
    EXPECT_EQ(parse_exported(line_of(stored, sample_proof(1))).value().stored.event.details,
              event.details);
}

TEST(ExportedEvent, AProofHasOneSpelling) {
    const StoredEvent stored = sealed_event(sample_event());
    const std::string line = line_of(stored, sample_proof(2));
    const std::size_t proof = line.rfind(",\"proof\"");
    const auto refused = [&](const std::string& what, const std::string& with) {
        const std::size_t at = line.find(what, proof);
        EXPECT_NE(at, std::string::npos) << what;
        std::string changed = line;
        changed.replace(at, what.size(), with);
        return parse_exported(changed).has_error();
    };
    EXPECT_FALSE(refused("1234", "1235")) << "the test's own way works";
    const std::pair<std::string, std::string> spellings[] = {
        {"1234", "01234"},
        {"1234", "-1"},
        {"1234", "0"},
        {"1234", "99999999999999999999"},
        {"1234", "1.5"},
        {"1234", "\"1234\""},
        {"\"nodes\"", "\"node\""},
        {"\"nodes\":[", "\"nodes\":[ "},
        {"\"nodes\":[", "\"nodes\":[,"},
        {"\",\"", "\", \""},
        {"=\",\"", "=\"\""},
        {"=\"]}}", "\"]}}"},
        {"\"]}}", "]}}"},
        {"]}}", "]}}}"},
        {"]}}", "]}"},
        {"]}}", ",]}}"},
        {"]}}", "],\"more\":1}}"},
    };
    for (const auto& [what, with] : spellings) {
        EXPECT_TRUE(refused(what, with)) << what << " as " << with;
    }
    EXPECT_TRUE(parse_exported(line_of(stored, sample_proof(65))).has_error());
    EXPECT_TRUE(parse_exported("").has_error());
    EXPECT_TRUE(parse_exported(R"(,"proof":{"tree_size":1,"nodes":[]}})").has_error());
}

TEST(SplitNotes, FindsEachNoteByteForByte) {
    SealedLog log;
    log.append(full_events(6), sample_key(), 2);
    std::string all;
    for (const std::string& note : log.checkpoints) {
        all += note;
    }
    EXPECT_EQ(split_notes(all), log.checkpoints);
    EXPECT_THAT(split_notes(log.checkpoints[0]), ElementsAre(log.checkpoints[0]));
    const NoteSigner both[] = {sample_signer(), sample_signer(sample_origin, 'x')};
    const std::string twice = write_checkpoint(
        {.origin = sample_origin, .tree_size = 1, .root = Hash{}, .extensions = {}}, both);
    EXPECT_THAT(split_notes(twice + log.checkpoints[0]), ElementsAre(twice, log.checkpoints[0]));
    EXPECT_THAT(split_notes(""), IsEmpty());
    EXPECT_EQ(split_notes(all + "rest").back(), "rest");
    EXPECT_THAT(split_notes("\xE2\x80\x94 a b\nrest\n"),
                ElementsAre("\xE2\x80\x94 a b\n", "rest\n"));
}

}  // namespace
}  // namespace rgw::audit
