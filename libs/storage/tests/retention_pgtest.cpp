#include "retention_fixture.hpp"

namespace rgw::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Refuses one batch, as a database would that goes away between two.
class StoreThatStops final : public audit::RetentionStore {
public:
    StoreThatStops(audit::RetentionStore& store, int after) : store_(store), left_(after) {}

    async::Task<Result<std::unique_ptr<audit::PruneClaim>>> claim(Deadline deadline) override {
        return store_.claim(deadline);
    }
    async::Task<Result<std::optional<audit::PrunePlan>>> plan(std::int64_t days,
                                                              audit::PruneBelow below,
                                                              Deadline deadline) override {
        return store_.plan(days, below, deadline);
    }
    async::Task<Result<std::vector<std::int64_t>>> lasting(std::int64_t from, std::int64_t before,
                                                           Deadline deadline) override {
        return store_.lasting(from, before, deadline);
    }
    async::Task<Result<std::int64_t>> prune(audit::PruneBatch batch, Deadline deadline) override {
        if (left_-- == 0) {
            co_return Error(Errc::database_unavailable, "it went away");
        }
        Result<std::int64_t> pruned = co_await store_.prune(std::move(batch), deadline);
        co_return pruned;
    }
    async::Task<Result<std::int64_t>> thin_checkpoints(Deadline deadline) override {
        return store_.thin_checkpoints(deadline);
    }

private:
    audit::RetentionStore& store_;
    int left_;
};

async::Task<Result<std::vector<audit::StoredEvent>>> first_page(pg::Pool& pool) {
    Result<AuditReader> reader = co_await AuditReader::open(pool, deadline_in(10s));
    if (!reader) {
        co_return reader.error();
    }
    Result<std::vector<audit::StoredEvent>> page = co_await reader->next_page(-1, deadline_in(10s));
    co_return page;
}

TEST_F(RetentionTest, WholeGroupsBelowAnOldCheckpointGoAndTheLogGoesOn) {
    append_and_sign(700, 100);
    append_and_sign(300, 80);
    EXPECT_EQ(prune().value(), 512);
    EXPECT_EQ(value("select min(chain_index) from audit.audit_event"), "512");
    EXPECT_EQ(value("select pruned_before from audit.head"), "512");
    EXPECT_THAT(sql_.column("select phase || ' ' || status || ' ' || details from audit.audit_event"
                            " where action = 'audit.prune' order by chain_index"),
                ElementsAre(R"(intent pending {"from":0,"to":512,"checkpoint":700,"days":90})",
                            "outcome success "
                            R"({"from":0,"to":512,"checkpoint":700,"days":90,"removed":512})"));
    append_and_sign(300, 0);
    const audit::EvidenceReport report = verify();
    EXPECT_TRUE(report.intact()) << report.log.first_bad->explanation;
    EXPECT_EQ(report.log.first_index, 512);
    EXPECT_EQ(report.log.events_seen, 1302 - 512);
    EXPECT_EQ(report.confirmed, 1302);
    EXPECT_THAT(report.not_proven,
                testing::Contains(HasSubstr("Events before 512 were removed by retention: a "
                                            "checkpoint confirms that the log had them")));
    EXPECT_TRUE(inclusion(512));
    EXPECT_THAT(inclusion(511).error().detail, HasSubstr("removed by retention"));
    EXPECT_EQ(inclusion(511).error().code, Errc::not_found);
    EXPECT_TRUE(consistency(700, 1302));
    EXPECT_EQ(prune().value(), 0) << "nothing more is old enough";
    EXPECT_EQ(value("select count(*) from audit.audit_event where action = 'audit.prune'"), "2");
}

// What somebody took home before: the file itself, and a way from it to what is signed afterwards.
TEST_F(RetentionTest, AnExportTakenBeforeVerifiesAndLeadsToCheckpointsMadeAfter) {
    append_and_sign(100, 102);
    append_and_sign(200, 102);
    append_and_sign(333, 101);
    append_and_sign(400, 100);
    const std::vector<audit::StoredEvent> exported = wait(first_page(gateway_.pool())).value();
    const audit::Evidence beside = evidence();
    EXPECT_EQ(prune().value(), 1024);
    append_and_sign(50, 0);

    EXPECT_TRUE(audit::checked(beside, exported).intact());
    EXPECT_THAT(sql_.column("select tree_size from audit.checkpoint order by 1"),
                ElementsAre("300", "633", "1033", "1085"))
        << "100 was not the last of its day";
    EXPECT_EQ(value("select string_agg(index::text, ' ' order by index) from audit.kept_leaves"),
              "1 2");
    for (const std::int64_t from : {300, 633, 1033}) {
        const auto proof = consistency(from, 1085);
        ASSERT_TRUE(proof) << proof.error().detail;
        const audit::NoteVerifier keys[] = {audit::verifier_of(audit::sample_signer())};
        const auto first = audit::open_checkpoint(proof->from_note, keys).value();
        const auto second = audit::open_checkpoint(proof->to_note, keys).value();
        EXPECT_TRUE(audit::proves_consistency(from, 1085, first.root, second.root, proof->nodes));
    }
    EXPECT_TRUE(verify().intact());
}

TEST_F(RetentionTest, ARunThatWasCutLeavesAPrefixAndTheNextOneGoesOn) {
    append_and_sign(1300, 100);
    StoreThatStops stops(store_, 2);
    audit::Pruner cut = pruner(stops, {.groups_per_batch = 1});
    EXPECT_EQ(wait(cut.run()).error().code, Errc::database_unavailable);
    EXPECT_EQ(value("select min(chain_index) from audit.audit_event"), "512");
    EXPECT_EQ(value("select status from audit.audit_event where action = 'audit.prune'"
                    " and phase = 'outcome'"),
              "error");
    EXPECT_TRUE(verify().intact());
    EXPECT_EQ(prune({.groups_per_batch = 1}).value(), 768);
    EXPECT_EQ(value("select min(chain_index) from audit.audit_event"), "1280");
    EXPECT_TRUE(verify().intact());
}

TEST_F(RetentionTest, OneProcessAtATime) {
    append_and_sign(300, 100);
    PgRetentionStore other(gateway_.pool());
    std::unique_ptr<audit::PruneClaim> claim = wait(other.claim(deadline_in(10s))).value();
    ASSERT_NE(claim, nullptr);
    EXPECT_EQ(prune().value(), 0);
    EXPECT_EQ(value("select count(*) from audit.audit_event"), "300")
        << "and no event says it tried";
    test::run_on(gateway_.loop(), [&] { claim.reset(); });
    EXPECT_EQ(prune().value(), 256);
}

TEST_F(RetentionTest, NothingGoesThatIsTooYoungForEitherLimit) {
    append_and_sign(300, 100);
    allow("null");
    EXPECT_EQ(prune().value(), 0);
    allow("120");
    EXPECT_EQ(prune().value(), 0) << "the database's limit is the longer one";
    allow("1");
    append(300, 50);
    sign(100);  // a gateway's clock was wrong, or somebody moved the checkpoint
    EXPECT_EQ(prune().value(), 256) << "no event that is younger than the process' limit";
    append_and_sign(300, 100);
    sql_.execute(
        "alter table audit.checkpoint disable trigger all;"
        "update audit.checkpoint set created_at = now() where tree_size > 300");
    EXPECT_EQ(prune().value(), 0) << "times in the past, but the database saw them just now";
}

TEST_F(RetentionTest, AnOpenIntentAndWhatNoAnchorCoversStay) {
    append(300, 100);
    audit::Event intent = intent_event("web");
    intent.at = SystemClock().now() - 100 * 24h;
    const std::int64_t open = gateway_.appended(intent);
    append_and_sign(300, 100);
    EXPECT_EQ(prune({.below = audit::PruneBelow::anchor}).value(), 0) << "no anchor at all";
    const std::string anchor =
        "insert into audit.anchor (last_index, tree_size, retain_until, chain_id, bucket,"
        " object_key, body, body_hash) values (0, {}, now(), 'c', 'b', '{}', '', sha256(''))";
    const auto anchored = [&](const std::string& size) {
        std::string statement = anchor;
        for (std::size_t at = 0; (at = statement.find("{}")) != std::string::npos;) {
            statement.replace(at, 2, size);
        }
        sql_.execute(statement);
    };
    anchored("100");
    EXPECT_EQ(prune().value(), 0) << "an anchor counts although anchoring is off now";
    anchored("900");
    EXPECT_EQ(prune({.below = audit::PruneBelow::anchor}).value(), 256) << "up to the open intent";
    EXPECT_TRUE(gateway_.append_outcome(outcome_event(open)).get());
    EXPECT_EQ(prune().value(), 256);
    EXPECT_TRUE(verify().intact()) << "an outcome may outlive its intent";
}

TEST_F(RetentionTest, EventsThatAreNotTheSignedOnesAreNotRemoved) {
    append_and_sign(600, 100);
    sql_.execute(
        "alter table audit.audit_event disable trigger all;"
        "update audit.audit_event set resource = 'another' where chain_index = 300");
    const Result<std::int64_t> refused = prune();
    EXPECT_EQ(refused.error().code, Errc::invalid_value);
    EXPECT_THAT(refused.error().detail, HasSubstr("an event from 256 to 511 is not the one"));
    EXPECT_EQ(value("select min(chain_index) from audit.audit_event"), "0");
    EXPECT_EQ(value("select status from audit.audit_event where action = 'audit.prune'"
                    " and phase = 'outcome'"),
              "error");
}

TEST_F(RetentionTest, AForeignCheckpointAtTheEndStopsIt) {
    append_and_sign(600, 100);
    append(10, 0);
    // What a stolen login of the server can do.
    sql_.execute(
        "select audit.add_checkpoint(610, sha256('r'), (select last_hash from audit.head), '',"
        " 'note', array['a+00000000+AAAA'], 2, array[]::bytea[])");
    EXPECT_FALSE(prune());
    EXPECT_EQ(value("select min(chain_index) from audit.audit_event"), "0");
}

TEST_F(RetentionTest, AProcessWithANewKeyAloneStartsAtWhatIsLeft) {
    append_and_sign(700, 100);
    EXPECT_EQ(prune().value(), 512);
    audit::CheckpointWriter renewed(checkpoints_,
                                    {audit::sample_signer(audit::sample_origin, 't')});
    append(100, 0);
    const Result<void> written = wait(renewed.write(deadline_in(60s)));
    EXPECT_TRUE(written) << written.error().detail;
    EXPECT_TRUE(inclusion(600));
    EXPECT_FALSE(renewed.stats().contradicted);
}

TEST_F(RetentionTest, OfOldCheckpointsOneADayStays) {
    append_and_sign(10, 40);
    append_and_sign(10, 40);
    append_and_sign(10, 39);
    append_and_sign(10, 31);
    append_and_sign(10, 31);
    append_and_sign(10, 2);
    append_and_sign(10, 2);
    EXPECT_EQ(wait(store_.thin_checkpoints(deadline_in(10s))).value(), 2);
    EXPECT_THAT(sql_.column("select tree_size from audit.checkpoint order by 1"),
                ElementsAre("20", "30", "50", "60", "70"));
    EXPECT_EQ(wait(store_.thin_checkpoints(deadline_in(10s))).value(), 0);
    EXPECT_TRUE(verify().intact());
}

}  // namespace
}  // namespace rgw::storage
