#include "retention_fixture.hpp"

// Somebody with every right in the database uses retention to hide what happened, and what
// verification says about it.
namespace rgw::storage {
namespace {

using audit::Fault;
using audit::Verdict;
using testing::HasSubstr;

class PrunedLog : public RetentionTest {
protected:
    PrunedLog() {
        append_and_sign(600, 100);
        append_and_sign(500, 50);
        EXPECT_EQ(prune().value(), 512);
        sign(0);
        EXPECT_TRUE(verify().intact());
        sql_.execute(
            "alter table audit.audit_event disable trigger all; alter table audit.head disable "
            "trigger all; alter table audit.checkpoint disable trigger all; alter table "
            "audit.subtree disable trigger all; alter table audit.kept_leaves disable trigger all");
    }

    void expect(std::int64_t index, Fault fault, const std::string& explanation) {
        const audit::EvidenceReport report = verify();
        ASSERT_TRUE(report.log.first_bad) << explanation;
        EXPECT_EQ(report.log.first_bad->chain_index, index) << explanation;
        EXPECT_EQ(name(report.log.first_bad->fault), name(fault));
        EXPECT_THAT(report.log.first_bad->explanation, HasSubstr(explanation));
    }
    [[nodiscard]] std::vector<Verdict> verdicts() {
        std::vector<Verdict> found;
        for (const audit::CheckpointFinding& finding : verify().checkpoints) {
            found.push_back(finding.verdict);
        }
        return found;
    }
};

TEST_F(PrunedLog, EventsDeletedBeyondWhatRetentionRemovedAreMissing) {
    sql_.execute("delete from audit.audit_event where chain_index < 768");
    expect(512, Fault::missing, "not there");
}

TEST_F(PrunedLog, ALimitMovedAlongWithTheEventsIsInNoRecord) {
    sql_.execute(
        "delete from audit.audit_event where chain_index < 768;"
        "update audit.head set pruned_before = 768");
    expect(768, Fault::unrecorded, "retention removed those before 512 alone");
    sql_.execute(
        "delete from audit.audit_event where chain_index < 1100;"
        "update audit.head set pruned_before = 1100");
    expect(0, Fault::unconfirmed, "are not all there");
}

TEST_F(PrunedLog, ALimitMovedAloneIsFoundByTheEventsThatAreStillThere) {
    sql_.execute("update audit.head set pruned_before = 768");
    expect(512, Fault::out_of_order, "the log is said to begin after it");
    sql_.execute("update audit.head set pruned_before = 256");
    expect(256, Fault::missing, "not there");
    sql_.execute("update audit.head set pruned_before = 0");
    expect(0, Fault::missing, "not there");
}

TEST_F(PrunedLog, AReplacedCheckpointAtTheBoundaryIsFound) {
    audit::SealedLog another;
    another.append(audit::full_events(600), audit::sample_key(), 600);
    const std::string note = another.checkpoints.front();
    // Signed by the log's own key: nobody else could have.
    sql_.execute("update audit.checkpoint set note = '" + note + "' where tree_size = 600");
    EXPECT_THAT(verdicts(), testing::Contains(Verdict::contradicted));
    EXPECT_FALSE(verify().intact());
    sql_.execute(
        "update audit.checkpoint set note = replace(note, '600', '601')"
        " where tree_size = 600");
    EXPECT_THAT(verdicts(), testing::Contains(Verdict::wrongly_signed));
    EXPECT_FALSE(verify().intact());
    sql_.execute("update audit.checkpoint set note = '" +
                 another.checkpoint(audit::sample_signer(audit::sample_origin, 'x')) +
                 "' where tree_size = 600");
    EXPECT_THAT(verdicts(), testing::Contains(Verdict::unknown_signer));
    EXPECT_TRUE(verify().intact()) << "later checkpoints confirm what is left";
    sql_.execute("delete from audit.checkpoint where tree_size <> 600");
    expect(512, Fault::unconfirmed, "no checkpoint signed by a key that was given");
    sql_.execute("delete from audit.checkpoint");
    EXPECT_THAT(verdicts(), testing::Contains(Verdict::malformed));
}

TEST_F(PrunedLog, AnotherPastUnderTheSameIndexesIsContradictedByTheCheckpoints) {
    sql_.execute("update audit.subtree set root = sha256('another past') where index = 0");
    const audit::EvidenceReport report = verify();
    EXPECT_FALSE(report.intact());
    EXPECT_THAT(verdicts(), testing::Contains(Verdict::contradicted));
    EXPECT_EQ(inclusion(700).error().code, Errc::internal);
    sql_.execute("delete from audit.subtree where index = 0");
    expect(0, Fault::unconfirmed, "are not all there");
}

TEST_F(PrunedLog, KeptLeavesThatAreNotTheGroupsGiveNoProof) {
    append_and_sign(20, 0);
    sql_.execute(
        "insert into audit.checkpoint (tree_size, root, last_hash, tree, note)"
        " select 300, root, last_hash, tree, note from audit.checkpoint where tree_size = 600;"
        "insert into audit.kept_leaves values (1, decode(repeat('00', 8192), 'hex'))");
    EXPECT_EQ(inclusion(300).error().code, Errc::internal);
    EXPECT_EQ(consistency(300, 600).error().code, Errc::internal);
}

// The HMAC chain begins with the first event that is left: its link is sealed in it.
TEST_F(PrunedLog, TheFirstEventThatIsLeftIsCheckedLikeAnyOther) {
    sql_.execute(
        "update audit.audit_event set previous_hash = sha256('x') where chain_index = 512");
    expect(512, Fault::altered, "not what was sealed");
}

}  // namespace
}  // namespace rgw::storage
