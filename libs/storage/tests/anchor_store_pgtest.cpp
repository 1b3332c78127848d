#include "rgw/storage/anchor_store.hpp"

#include <gmock/gmock.h>

#include "audit_fixture.hpp"
#include "memory_bucket.hpp"
#include "rgw/audit/anchor_writer.hpp"
#include "rgw/audit/archiver.hpp"
#include "rgw/audit/checkpoint_writer.hpp"
#include "rgw/audit/proof_maker.hpp"
#include "rgw/storage/archive_store.hpp"
#include "rgw/storage/checkpoint_store.hpp"
#include "sealed_log.hpp"

namespace rgw::storage {
namespace {

using test::Sql;
using test::TestDatabase;
using testing::ElementsAre;
using testing::HasSubstr;

// One process that signs, anchors and archives in segments of two groups.
struct Anchoring {
    explicit Anchoring(const std::string& dsn, audit::MemoryBucket& bucket,
                       std::int64_t instance = 1)
        : gateway(dsn, instance),
          writer({.store = anchors, .objects = bucket, .clock = clock}, {audit::sample_signer()},
                 {audit::verifier_of(audit::sample_signer())},
                 {.bucket = "b", .chain_id = "production", .instance = instance}),
          archiver(archive, bucket, proofs, cpu, clock,
                   {.bucket = "b", .chain_id = "production", .groups = 2}) {}

    void append(int count) {
        std::vector<Answer> answers;
        for (int i = 0; i < count; ++i) {
            answers.push_back(gateway.append(audit::sample_event(std::to_string(i))));
        }
        for (Answer& answer : answers) {
            EXPECT_TRUE(answer.get());
        }
        EXPECT_TRUE(wait(checkpoints.write(deadline_in(60s))));
    }
    // The key, "nothing", or the error.
    std::string anchor() {
        const auto written = wait(writer.write(deadline_in(60s), audit::Round::now));
        clock.advance(1s);
        if (!written) {
            return describe(written.error());
        }
        return *written ? (*written)->object_key : "nothing";
    }
    template <class T>
    T wait(async::Task<T> task) {
        return test::run(gateway.loop(), std::move(task));
    }

    FakeClock clock{parse_rfc3339("2026-11-25T20:15:30Z").value()};
    Gateway gateway;
    async::CpuPool cpu{1};
    PgCheckpointStore store{gateway.pool(), cpu};
    audit::CheckpointWriter checkpoints{store, {audit::sample_signer()}};
    audit::ProofMaker proofs{store, cpu};
    PgAnchorStore anchors{gateway.pool()};
    PgArchiveStore archive{gateway.pool(), cpu};
    audit::AnchorWriter writer;
    audit::Archiver archiver;
};

TEST(PgAnchorStore, WhatLiesInTheBucketIsNotedOnceAndContinued) {
    const TestDatabase database;
    audit::MemoryBucket bucket;
    Anchoring process(database.dsn(), bucket);
    EXPECT_EQ(process.anchor(), "nothing") << "an empty log";
    process.append(10);
    const std::string first = process.anchor();
    EXPECT_THAT(first, HasSubstr("000000000010.json"));
    EXPECT_EQ(process.anchor(), "nothing");
    process.append(5);
    const std::string second = process.anchor();
    Sql sql(database.dsn());
    EXPECT_THAT(sql.column("select object_key from audit.anchor order by id"),
                ElementsAre(first, second));
    EXPECT_THAT(sql.column("select body from audit.anchor order by id"),
                ElementsAre(bucket.objects.at(first).body, bucket.objects.at(second).body));
    EXPECT_EQ(audit::read_anchor(bucket.objects.at(second).body)->anchor.previous->object_key,
              first);
    EXPECT_EQ(process.writer.stats().newest_size, 15);
}

TEST(PgAnchorStore, OneProcessAtATimeHasTheTurn) {
    const TestDatabase database;
    audit::MemoryBucket bucket;
    Anchoring one(database.dsn(), bucket);
    Anchoring other(database.dsn(), bucket, 2);
    one.append(10);
    EXPECT_THAT(one.anchor(), HasSubstr("000000000010.json"));
    one.append(10);
    EXPECT_TRUE(one.wait(one.anchors.take_turn(1, 60s, deadline_in(10s))).value());
    EXPECT_EQ(other.anchor(), "nothing");
    EXPECT_THAT(one.anchor(), HasSubstr("000000000020.json")) << "and ends its turn";
    one.append(1);
    EXPECT_THAT(other.anchor(), HasSubstr("000000000021.json"));
    EXPECT_EQ(one.anchor(), "nothing") << "there is nothing new";
    // A process that ended in its turn.
    EXPECT_TRUE(one.wait(one.anchors.take_turn(3, 60s, deadline_in(10s))).value());
    one.append(1);
    EXPECT_EQ(one.anchor(), "nothing");
    Sql(database.dsn()).execute("update audit.anchor_turn set ends_at = now() - interval '1 s'");
    EXPECT_THAT(one.anchor(), HasSubstr("000000000022.json"));
}

TEST(PgAnchorStore, AttackARowThatNoAnchorCanHaveIsRefused) {
    const TestDatabase database;
    audit::MemoryBucket bucket;
    Anchoring process(database.dsn(), bucket);
    process.append(10);
    process.anchor();
    process.append(10);
    const std::string call = "select audit.add_anchor(";
    const std::string rest = ", now(), 'production', 'b', ";
    Sql sql(database.dsn());
    for (const std::string& bad :
         {call + "11" + rest + "'production/9', null, 'x', sha256('x'))",  // no such checkpoint
          call + "20" + rest + "'production/9', null, 'x', sha256('y'))",  // another body
          call + "20" + rest + "'production/1', null, 'x', sha256('x'))",  // an older key
          std::string("insert into audit.archive values (0, 256, now(), 1, now(), 'b', 'k', null, "
                      "sha256('x'))")}) {
        EXPECT_THROW(sql.execute(bad), std::runtime_error) << bad;
    }
}

TEST(PgArchiveStore, SegmentsFollowEachOtherAndEndWithTheAnchor) {
    const TestDatabase database;
    audit::MemoryBucket bucket;
    Anchoring process(database.dsn(), bucket);
    process.append(600);
    EXPECT_EQ(process.wait(process.archiver.archive(deadline_in(60s))).value(), 0)
        << "nothing is anchored";
    process.anchor();
    EXPECT_EQ(process.wait(process.archiver.archive(deadline_in(60s))).value(), 1);
    process.append(600);
    process.anchor();
    EXPECT_EQ(process.wait(process.archiver.archive(deadline_in(60s))).value(), 1);
    Sql sql(database.dsn());
    EXPECT_THAT(sql.column("select first_index || ' ' || end_index || ' ' || tree_size"
                           " from audit.archive order by 1"),
                ElementsAre("0 512 600", "512 1024 1200"));
    const auto segment = audit::read_segment(
        bucket.objects.at("production/segments/000000000512-000000001023.ndjson.gz").body);
    ASSERT_TRUE(segment) << segment.error().detail;
    EXPECT_EQ(segment->first_index, 512);
    EXPECT_EQ(segment->leaves.size(), 512U);
    for (const char* bad : {"select audit.add_archived(512, 1024, 1200, now(), 'b', 'k', null, "
                            "sha256('x'))",
                            "select audit.add_archived(1280, 1536, 1200, now(), 'b', 'k', null, "
                            "sha256('x'))",
                            "select audit.add_archived(1024, 1280, 1199, now(), 'b', 'k', null, "
                            "sha256('x'))"}) {
        EXPECT_THROW(sql.execute(bad), std::runtime_error) << bad;
    }
}

}  // namespace
}  // namespace rgw::storage
