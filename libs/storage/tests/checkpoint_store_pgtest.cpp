#include "rgw/storage/checkpoint_store.hpp"

#include <gmock/gmock.h>

#include <future>
#include <stdexcept>

#include "audit_fixture.hpp"
#include "rgw/audit/checkpoint_writer.hpp"
#include "rgw/audit/proof_maker.hpp"
#include "sealed_log.hpp"

namespace rgw::storage {
namespace {

using test::Sql;
using test::TestDatabase;
using testing::ElementsAre;
using testing::HasSubstr;

// One process with its checkpoints.
struct Signing {
    explicit Signing(const std::string& dsn) : gateway(dsn) {}

    void append(int count, const std::string& what = "") {
        std::vector<Answer> answers;
        answers.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            answers.push_back(gateway.append(audit::sample_event(what + std::to_string(i))));
        }
        for (Answer& answer : answers) {
            EXPECT_TRUE(answer.get());
        }
    }
    std::future<Result<void>> start_writing() {
        return test::start(gateway.loop(), writer.write(deadline_in(60s)));
    }
    Result<void> write() { return start_writing().get(); }
    template <class T>
    T wait(async::Task<T> task) {
        return test::run(gateway.loop(), std::move(task));
    }

    Gateway gateway;
    async::CpuPool cpu{1};
    PgCheckpointStore store{gateway.pool(), cpu};
    audit::CheckpointWriter writer{store, {audit::sample_signer()}};
    audit::ProofMaker maker{store, cpu};
};

std::string refusal(Sql& sql, const std::string& statement) {
    try {
        sql.execute("begin; " + statement);
    } catch (const std::runtime_error& error) {
        sql.execute("rollback");
        return error.what();
    }
    sql.execute("rollback");
    return "";
}

TEST(PgCheckpointStore, AWholeLogIsSignedGroupedAndProven) {
    const TestDatabase database;
    Signing process(database.dsn());
    EXPECT_TRUE(process.write()) << "an empty log";
    EXPECT_EQ(process.wait(process.store.find(0, deadline_in(10s))).value(), std::nullopt);
    process.append(300);
    ASSERT_TRUE(process.write());
    process.append(300);
    ASSERT_TRUE(process.write());

    Sql sql(database.dsn());
    EXPECT_THAT(sql.column("select tree_size from audit.checkpoint order by 1"),
                ElementsAre("300", "600"));
    EXPECT_THAT(sql.column("select index from audit.subtree order by 1"), ElementsAre("0", "1"));
    EXPECT_EQ(sql.value("select verifier from audit.signing_key"),
              audit::sample_signer().verifier_text());
    EXPECT_EQ(sql.value("select key_hash from audit.signing_key"),
              sql.value("select split_part(verifier, '+', 2) from audit.signing_key"));
    // 512 events are two groups, and PostgreSQL can hash, too.
    EXPECT_EQ(sql.value("select substring(tree for 32) = sha256('\\x01'::bytea || (select "
                        "string_agg(root, ''::bytea order by index) from audit.subtree))"
                        " from audit.checkpoint where tree_size = 600"),
              "true");

    const audit::LogEnd end = process.wait(process.store.look(deadline_in(10s))).value();
    EXPECT_EQ(end.head.next_index, 600);
    ASSERT_TRUE(end.newest);
    const audit::NoteVerifier keys[] = {audit::verifier_of(audit::sample_signer())};
    const audit::Checkpoint newest = audit::open_checkpoint(end.newest->note, keys).value();
    EXPECT_EQ(newest.root, end.head.tree.root());
    for (const std::int64_t index : {0, 255, 256, 511, 512, 599}) {
        const auto proof =
            process.wait(process.maker.prove_inclusion(index, {}, deadline_in(10s))).value();
        EXPECT_TRUE(audit::proves_inclusion(index, 600, proof.leaf, proof.nodes, newest.root));
    }
    EXPECT_TRUE(process.wait(process.maker.prove_consistency(300, 600, deadline_in(10s))));
    EXPECT_EQ(process.wait(process.store.list_keys(deadline_in(10s))).value().size(), 1U);
    EXPECT_EQ(process.wait(process.store.list_notes(deadline_in(10s))).value().size(), 2U);
}

TEST(PgCheckpointStore, TwoProcessesThatWriteAtOnceAgree) {
    const TestDatabase database;
    Signing one(database.dsn());
    Signing two(database.dsn());
    for (int round = 0; round < 8; ++round) {
        (round % 2 == 0 ? one : two).append(130);
        std::future<Result<void>> first = one.start_writing();
        std::future<Result<void>> second = two.start_writing();
        EXPECT_TRUE(first.get());
        EXPECT_TRUE(second.get());
    }
    Sql sql(database.dsn());
    EXPECT_EQ(sql.value("select count(*) from audit.checkpoint"), "8");
    EXPECT_EQ(sql.value("select count(*) from audit.subtree"), "4");
    EXPECT_FALSE(one.writer.stats().contradicted || two.writer.stats().contradicted);
    EXPECT_TRUE(one.wait(one.maker.prove_consistency(130, 1040, deadline_in(10s))));
}

TEST(PgCheckpointStore, MissingAndUnreadableEventsHaveNoLeaves) {
    const TestDatabase database;
    Signing process(database.dsn());
    process.append(5);
    const auto leaves = [&](std::int64_t begin, std::int64_t end) {
        return process.wait(
            process.store.load_leaves({.begin = begin, .end = end}, deadline_in(10s)));
    };
    EXPECT_EQ(leaves(0, 5).value().size(), 5U);
    EXPECT_EQ(leaves(2, 2).value().size(), 0U);
    EXPECT_THAT(leaves(3, 6).error().detail, HasSubstr("event 5 is not there"));
    EXPECT_EQ(process.wait(process.store.load_groups(1, deadline_in(10s))).error().code,
              Errc::not_found);
    Sql sql(database.dsn());
    sql.execute(
        "alter table audit.audit_event disable trigger all;"
        "update audit.audit_event set format = 2 where chain_index = 1;"
        "delete from audit.audit_event where chain_index = 3");
    EXPECT_EQ(leaves(0, 3).error().code, Errc::invalid_value);
    EXPECT_THAT(leaves(2, 5).error().detail, HasSubstr("event 3 is not there"));
    EXPECT_EQ(process.write().error().code, Errc::invalid_value);
    EXPECT_TRUE(process.writer.stats().contradicted);
    EXPECT_EQ(sql.value("select count(*) from audit.checkpoint"), "0");
}

TEST(PgCheckpointStore, OlderRowsPutBackBelowTheNewestCheckpointAreNoticed) {
    const TestDatabase database;
    Signing process(database.dsn());
    process.append(20);
    ASSERT_TRUE(process.write());
    Sql sql(database.dsn());
    sql.execute(
        "create table public.old_head as select * from audit.head;"
        "create table public.old_events as select * from audit.audit_event");
    process.append(20);
    ASSERT_TRUE(process.write());
    // Whoever may do everything puts back the log as it was, and leaves the checkpoints.
    sql.execute(
        "alter table audit.audit_event disable trigger all; alter table audit.head disable trigger "
        "all;"
        "delete from audit.audit_event where chain_index >= 20;"
        "update audit.head h set (next_index, last_hash, tree) ="
        " (select o.next_index, o.last_hash, o.tree from public.old_head o)");
    EXPECT_THAT(process.write().error().detail, HasSubstr("the log ends before event 20"));
    process.append(50, "another ");
    Signing restarted(database.dsn());
    EXPECT_EQ(restarted.write().error().code, Errc::invalid_value);
    EXPECT_EQ(sql.value("select max(tree_size) from audit.checkpoint"), "40");
    EXPECT_EQ(process.wait(process.maker.prove_inclusion(3, 40, deadline_in(10s))).error().code,
              Errc::internal);
}

TEST(PgCheckpointStore, TheDatabaseTakesOnlyACheckpointOfItsLogWithItsGroups) {
    const TestDatabase database;
    Signing process(database.dsn());
    process.append(300);
    ASSERT_TRUE(process.write());
    process.append(300);
    Sql sql(database.dsn());
    const auto adding = [](const std::string& size, const std::string& last,
                           const std::string& groups, const std::string& root = "sha256('r')") {
        return "select audit.add_checkpoint(" + size + ", " + root + ", " + last +
               ", '', 'note', array['a+00000000+AAAA'], " + groups + ")";
    };
    const std::string last = "(select last_hash from audit.head)";
    EXPECT_EQ(refusal(sql, adding("600", last, "1, array[sha256('g')]")), "");
    EXPECT_THAT(refusal(sql, adding("600", "sha256('x')", "1, array[sha256('g')]")),
                HasSubstr("does not end with an event"));
    EXPECT_THAT(refusal(sql, adding("601", last, "1, array[sha256('g')]")),
                HasSubstr("does not end with an event"));
    EXPECT_THAT(refusal(sql, adding("600", last, "2, array[]::bytea[]")),
                HasSubstr("without all groups below it"));
    EXPECT_THAT(refusal(sql, adding("600", last, "1, array[]::bytea[]")),
                HasSubstr("without all groups below it"));
    EXPECT_THAT(refusal(sql, adding("600", last, "0, array[sha256('g'), sha256('g')]")),
                HasSubstr("contradicts what is stored"));
    EXPECT_THAT(refusal(sql, adding("300",
                                    "(select event_hash from audit.audit_event "
                                    "where chain_index = 299)",
                                    "1, array[]::bytea[]")),
                HasSubstr("contradicts what is stored"));
    EXPECT_EQ(sql.value("select count(*) from audit.checkpoint"), "1");
}

TEST(PgCheckpointStore, ALoginThatOwnsNothingSignsWithTheDocumentedGrants) {
    const TestDatabase database;
    Sql admin(database.dsn());
    const std::string role = database.name() + "_app";
    admin.execute("create role " + role + " login; grant usage on schema audit to " + role +
                  "; grant select on all tables in schema audit to " + role +
                  "; grant execute on function audit.lock_head, audit.append, audit.probe, "
                  "audit.adopt_orphaned_intents, audit.add_checkpoint to " +
                  role);
    {
        Signing process(test::with_parameter(database.dsn(), "user", role));
        process.append(300);
        EXPECT_TRUE(process.write());
        EXPECT_TRUE(process.wait(process.maker.prove_inclusion(7, 300, deadline_in(10s))));
        Sql sql(test::with_parameter(database.dsn(), "user", role));
        for (const std::string table : {"subtree", "signing_key", "checkpoint"}) {
            EXPECT_THAT(refusal(sql, "insert into audit." + table + " default values"),
                        HasSubstr("permission denied"));
        }
    }
    admin.execute("drop owned by " + role + "; drop role " + role);
}

TEST(PgCheckpointStore, AVerifierIsGivenTheNewestAndOneOfEachDay) {
    const TestDatabase database;
    Signing process(database.dsn());
    Sql sql(database.dsn());
    sql.execute(
        "insert into audit.checkpoint (tree_size, created_at, root, last_hash, tree, note)"
        " select i, '2026-01-01T00:00:00Z'::timestamptz + i * interval '1 minute', sha256('r'),"
        "  sha256('h'), '', i::text from generate_series(1, 2880 + 1000) i");
    const std::vector<std::string> notes =
        process.wait(process.store.list_notes(deadline_in(10s))).value();
    ASSERT_EQ(notes.size(), 1002U);
    EXPECT_EQ(notes[0], "1439");
    EXPECT_EQ(notes[1], "2879");
    EXPECT_EQ(notes[2], "2881");
    EXPECT_EQ(notes.back(), "3880");
}

}  // namespace
}  // namespace rgw::storage
