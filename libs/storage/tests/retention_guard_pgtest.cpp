#include "retention_fixture.hpp"

// What the database itself allows of retention, whoever asks.
namespace rgw::storage {
namespace {

using testing::HasSubstr;

class RetentionGuard : public RetentionTest {
protected:
    RetentionGuard() {
        append_and_sign(300, 100);
        append(220, 100);
        sign(100);
        append_and_sign(1000, 10);
    }
    // Without leaves: what lasts below 300 ends with the group's last but 44.
    static std::string pruning(const std::string& before, const std::string& days = "90",
                               const std::string& limit = "null",
                               const std::string& groups = "array[]::bigint[], array[]::bytea[]") {
        return "select audit.prune(" + before + ", " + days + ", " + limit + ", " + groups + ")";
    }
};

TEST_F(RetentionGuard, APruneBeyondWhatIsAllowedIsRefusedByName) {
    EXPECT_EQ(refusal(pruning("512")), "");
    const struct {
        std::string statement;
        std::string why;
    } cases[] = {
        {pruning("0"), "by groups of 256"},
        {pruning("-256"), "by groups of 256"},
        {pruning("300"), "by groups of 256"},
        {pruning("10496"), "40 groups at a time"},
        {pruning("768"), "no checkpoint old enough"},
        {pruning("512", "120"), "no checkpoint old enough"},
        {pruning("512", "90", "511"), "in no anchor yet"},
        {pruning("10240"), "no checkpoint old enough"},
        {"update audit.retention set days = null; " + pruning("256"), "allows nothing"},
        {"update audit.retention set days = 200; " + pruning("256", "1"),
         "no checkpoint old enough"},
    };
    for (const auto& each : cases) {
        EXPECT_THAT(refusal(each.statement), HasSubstr(each.why)) << each.statement;
    }
}

TEST_F(RetentionGuard, ALastingCheckpointKeepsItsLeaves) {
    sql_.execute(
        "alter table audit.checkpoint disable trigger all;"
        "update audit.checkpoint set created_at = now() - interval '101 days'"
        " where tree_size = 300");
    EXPECT_THAT(refusal(pruning("512")), HasSubstr("leaves that were not given"));
    EXPECT_EQ(refusal(pruning("256")), "") << "300 is not below";
    EXPECT_EQ(
        refusal(pruning("512", "90", "null", "array[1], array[decode(repeat('00', 8192), 'hex')]")),
        "");
    EXPECT_THAT(refusal(pruning("512", "90", "null", "array[1], array['\\x00'::bytea]")),
                HasSubstr("kept_leaves_size"));
}

TEST_F(RetentionGuard, WhatAnEventSaysOfItsTimeCountsToo) {
    append(100, 0);
    sql_.execute(
        "alter table audit.audit_event disable trigger all;"
        "update audit.audit_event set \"timestamp\" = now() where chain_index = 511;"
        "alter table audit.audit_event enable always trigger audit_event_forbid_change;"
        "alter table audit.audit_event enable always trigger audit_event_forbid_delete");
    EXPECT_THAT(refusal(pruning("512")), HasSubstr("an event is not old enough"));
    EXPECT_EQ(refusal(pruning("256")), "");
}

TEST_F(RetentionGuard, AStolenLoginOfTheServerRemovesNothingThatRetentionWouldNot) {
    const std::string role = database_.name() + "_app";
    sql_.execute("create role " + role + " login; grant usage on schema audit to " + role +
                 "; grant select on all tables in schema audit to " + role +
                 "; grant execute on function audit.lock_head, audit.append, audit.probe, "
                 "audit.adopt_orphaned_intents, audit.add_checkpoint, audit.prune, "
                 "audit.thin_checkpoints, audit.lasting_checkpoints to " +
                 role);
    {
        const std::string as_thief = "set local role " + role + "; ";
        for (const std::string statement :
             {"update audit.retention set days = 1", "update audit.retention set days = 90",
              "update audit.retention set released_before = 512",
              "insert into audit.kept_leaves values (7, '')",
              "delete from audit.audit_event where chain_index < 256",
              "delete from audit.checkpoint", "update audit.head set pruned_before = 256"}) {
            EXPECT_THAT(refusal(as_thief + statement), HasSubstr("permission denied")) << statement;
        }
        EXPECT_THAT(refusal(as_thief + pruning("768", "1")), HasSubstr("no checkpoint old enough"))
            << "90 days are the least, whatever is asked for";
        // A forged checkpoint is as old as the moment it came in.
        EXPECT_THAT(
            refusal(as_thief +
                    "select audit.add_checkpoint(1519, sha256('r'), (select event_hash from "
                    "audit.audit_event where chain_index = 1518), '', 'note', "
                    "array['a+00000000+AAAA'], 5, array[]::bytea[]);" +
                    pruning("768")),
            HasSubstr("no checkpoint old enough"));
        EXPECT_EQ(refusal(as_thief + pruning("512")), "") << "what retention removes anyway";
        EXPECT_EQ(refusal(as_thief + "select audit.thin_checkpoints()"), "");
    }
    sql_.execute("drop owned by " + role + "; drop role " + role);
}

TEST_F(RetentionGuard, TheOwnerIsHeldToWhatWasReleasedToo) {
    const std::string as_owner = "set local role rgw_audit_owner; ";
    const struct {
        std::string statement;
        std::string why;
    } cases[] = {
        {"delete from audit.audit_event where chain_index < 256", "append-only"},
        {"update audit.retention set released_before = 257", "retention_in_groups"},
        {"update audit.retention set released_before = 1536", "below a stored checkpoint"},
        {"update audit.head set pruned_before = 256", "to what was released"},
        {"update audit.retention set released_before = 256;"
         "delete from audit.audit_event where chain_index < 257",
         "append-only"},
        {"update audit.retention set released_before = 512;"
         "update audit.retention set released_before = 256",
         "only move forward"},
        {"update audit.retention set released_before = 256;"
         "update audit.head set pruned_before = 512",
         "to what was released"},
        {"delete from audit.checkpoint where tree_size = 1520", "append-only"},
        {"delete from audit.checkpoint", "append-only"},
        {"update audit.kept_leaves set leaves = ''", "append-only"},
    };
    for (const auto& each : cases) {
        EXPECT_THAT(refusal(as_owner + each.statement), HasSubstr(each.why)) << each.statement;
    }
    EXPECT_EQ(refusal(as_owner + "update audit.retention set released_before = 256;"
                                 "delete from audit.audit_event where chain_index < 256"),
              "");
    EXPECT_THAT(refusal("update audit.retention set released_before = 256;"
                        "delete from audit.audit_event where chain_index < 256"),
                HasSubstr("append-only"))
        << "not the owner";
}

TEST_F(RetentionGuard, TheLimitIsTheOwnersToSet) {
    EXPECT_EQ(wait(store_.find_limit(deadline_in(10s))).value(), 90);
    EXPECT_TRUE(wait(store_.set_limit(400, deadline_in(10s))).value());
    EXPECT_EQ(wait(store_.find_limit(deadline_in(10s))).value(), 400);
    EXPECT_TRUE(wait(store_.set_limit(std::nullopt, deadline_in(10s))).value());
    EXPECT_EQ(wait(store_.find_limit(deadline_in(10s))).value(), std::nullopt);
    EXPECT_THAT(refusal("update audit.retention set days = 0"), HasSubstr("days_positive"));
}

}  // namespace
}  // namespace rgw::storage
