// Anchors and the archive: the real gateway, PostgreSQL, and an object storage that judges as AWS
// does.
#include <filesystem>
#include <fstream>

#include "checkpoint_world.hpp"
#include "rgw/audit/anchor.hpp"
#include "s3_server.hpp"

namespace rgw::test {
namespace {

using testing::Contains;
using testing::ContainsRegex;
using testing::StartsWith;

class AnchoredLog : public SignedLog {
protected:
    AnchoredLog() {
        for (const auto& [name, value] : s3_.environment()) {
            world_.environment[name] = value;
        }
        world_.environment["AUDIT_ANCHOR_BUCKET"] = s3_.bucket();
        world_.environment["AUDIT_ANCHOR_CHAIN_ID"] = "production";
    }

    [[nodiscard]] std::vector<StoredVersion> anchors() const {
        std::vector<StoredVersion> found;
        for (StoredVersion& version : s3_.stored()) {
            if (audit::is_anchor_key(version.key, "production")) {
                found.push_back(std::move(version));
            }
        }
        return found;
    }
    // Every anchor in a folder, as `aws s3 sync` leaves them.
    std::string fetched() const {
        const std::string folder = file("anchors");
        for (const StoredVersion& version : anchors()) {
            const std::filesystem::path path = folder + "/" + version.key;
            std::filesystem::create_directories(path.parent_path());
            std::ofstream(path) << version.body;
        }
        return folder;
    }
    [[nodiscard]] Ran audit(std::vector<std::string> more) {
        more.insert(more.begin(), "audit");
        return world_.run_gateway(std::move(more));
    }
    [[nodiscard]] std::string metric(const std::string& name) const {
        const Response answer = send_request(world_.metrics_port(), {.target = "/metrics"});
        const std::size_t at = answer.body.find("\n" + name + " ");
        return at == std::string::npos
                   ? "none"
                   : answer.body.substr(at + name.size() + 2,
                                        answer.body.find('\n', at + 1) - at - name.size() - 2);
    }
    [[nodiscard]] std::string checked(const std::string& id) {
        const Ran ran = world_.run_gateway({"doctor"});
        const std::size_t at = ran.out.find(id);
        const std::size_t line = ran.out.rfind('\n', at) + 1;
        return ran.out.substr(line, ran.out.find('\n', at) - line);
    }
    [[nodiscard]] std::string rows(const std::string& of) const {
        return world_.sql("select count(*) from audit." + of);
    }

    S3Server s3_;
};

TEST_F(AnchoredLog, IsAnchoredAtTheStartAndAtTheEndAndVerifiesWithBucketOrFiles) {
    start();
    make_events(3);
    ASSERT_TRUE(eventually([&] { return rows("anchor") != "0"; })) << world_.gateway_log();
    make_events(2);
    stop();
    const std::vector<StoredVersion> written = anchors();
    ASSERT_GE(written.size(), 2U);
    EXPECT_EQ(std::to_string(written.size()), rows("anchor"));
    const audit::Anchor last = audit::read_anchor(written.back().body)->anchor;
    EXPECT_EQ(last.tree_size, events());
    EXPECT_EQ(last.previous->object_key, written[written.size() - 2].key);
    const std::pair<std::string, std::string> locked{"x-amz-object-lock-mode", "COMPLIANCE"};
    EXPECT_THAT(written.back().headers, Contains(locked));
    const std::pair<std::string, std::string> once{"if-none-match", "*"};
    EXPECT_THAT(written.back().headers, Contains(once));

    const Ran from_bucket = audit({"verify", "--anchors"});
    EXPECT_EQ(from_bucket.status, 0) << from_bucket.out << from_bucket.err;
    EXPECT_THAT(from_bucket.out, HasSubstr(std::to_string(written.size()) + " anchors were read"));

    const Ran exported = audit({"export", "--output", file("log")});
    ASSERT_EQ(exported.status, 0) << exported.err;
    std::string key;
    std::ifstream(file("log.keys")) >> key;
    const std::string folder = fetched();
    world_.environment = {};
    const Ran offline =
        audit({"verify", "--export", file("log"), "--anchor", folder, "--key", key});
    EXPECT_EQ(offline.status, 0) << offline.out << offline.err;
    const Ran moved =
        audit({"verify", "--export", file("log"), "--key", key, "--anchor", [&] {
                   std::filesystem::rename(folder + "/" + written[0].key, folder + "/other.json");
                   return folder;
               }()});
    EXPECT_EQ(moved.status, 2) << moved.out;
    EXPECT_THAT(moved.out, HasSubstr("moved: anchor other.json: it was written as production/"));
}

TEST_F(AnchoredLog, AStorageThatDoesNotAnswerHoldsNothingUpAndIsSaid) {
    constexpr int tries = 4;  // of one call
    s3_.fail(2 * tries, 503, "SlowDown");
    start();
    make_events(2);
    ASSERT_TRUE(eventually([&] {
        return metric("rack_gateway_audit_anchor_failures_total") != "0";
    })) << world_.gateway_log();
    EXPECT_EQ(rows("anchor"), "0");
    EXPECT_THAT(world_.gateway_log(), HasSubstr("the audit log was not anchored"));
    EXPECT_THAT(checked("anchor"), HasSubstr("the bucket cannot be read"));
    world_.kill_gateway(SIGKILL);  // whatever it waits for, the next one does it
    world_.wait_gateway();
    start();
    EXPECT_TRUE(eventually([&] { return rows("anchor") != "0"; })) << world_.gateway_log();
    EXPECT_THAT(checked("anchor"), StartsWith("ok"));
}

TEST_F(AnchoredLog, AKillBetweenObjectAndRowLosesNothingAndWritesNothingTwice) {
    start();
    make_events(1);
    ASSERT_TRUE(eventually([&] { return rows("anchor") == "1"; })) << world_.gateway_log();
    world_.kill_gateway(SIGKILL);
    world_.wait_gateway();
    world_.execute(
        "alter table audit.anchor disable trigger all; delete from audit.anchor;"
        "alter table audit.anchor enable always trigger anchor_forbid_change;"
        "update audit.anchor_turn set ends_at = '-infinity'");
    start();
    make_events(1);
    stop();
    EXPECT_EQ(std::to_string(anchors().size()), rows("anchor"));
    EXPECT_EQ(audit({"verify", "--anchors"}).status, 0);
}

TEST_F(AnchoredLog, AnOlderCopyOfTheDatabaseIsNoticedSaidAndAccepted) {
    start();
    make_events(2);
    ASSERT_TRUE(eventually([&] { return rows("anchor") == "1"; })) << world_.gateway_log();
    stop();
    const std::string older = "older_" + world_.sql("select current_database()");
    const TestDatabase keeper(Schema::empty);
    Sql server(keeper.dsn());
    const std::string name = world_.sql("select current_database()");
    server.execute("create database " + older + " template " + name);
    start();
    make_events(5);
    stop();
    ASSERT_GT(anchors().size(), 1U);
    server.execute("drop database " + name + " with (force)");
    server.execute("alter database " + older + " rename to " + name);

    start();
    const std::string newest = anchors().back().key;
    ASSERT_TRUE(eventually([&] { return metric("rack_gateway_audit_anchor_contradicted") == "1"; }))
        << world_.gateway_log();
    EXPECT_THAT(world_.gateway_log(), HasSubstr("CRITICAL: the anchors of the audit log"));
    EXPECT_THAT(checked("anchor"), AllOf(StartsWith("critical"), HasSubstr(newest)));
    EXPECT_TRUE(eventually([&] {
        return world_.sql(
                   "select count(*) from audit.audit_event where action = "
                   "'audit.anchor_contradicted'") == "1";
    }));
    EXPECT_EQ(world_.call(viewer_, "GET", "/apps").status, 200) << "it goes on serving";
    const Ran before = audit({"verify", "--anchors"});
    EXPECT_EQ(before.status, 2) << before.out;
    EXPECT_THAT(before.out, ContainsRegex("(beyond|contradicted): anchor production/"));
    EXPECT_EQ(audit({"anchor"}).status, 1);

    world_.execute("update audit.anchor_turn set ends_at = '-infinity'");
    const Ran accepted = audit({"anchor", "--accept-restored"});
    ASSERT_EQ(accepted.status, 0) << accepted.out << accepted.err;
    EXPECT_THAT(accepted.out, StartsWith("production/"));
    EXPECT_EQ(world_.sql("select count(*) from audit.audit_event where action = "
                         "'audit.anchor_restored'"),
              "2");
    const std::string key = accepted.out.substr(0, accepted.out.find('\n'));
    const Ran unknown = audit({"verify", "--anchors"});
    EXPECT_EQ(unknown.status, 2) << unknown.out;
    EXPECT_THAT(unknown.out, HasSubstr("passed_over: anchor " + key));
    const Ran after = audit({"verify", "--anchors", "--restored", key});
    EXPECT_EQ(after.status, 0) << after.out << after.err;
    EXPECT_THAT(after.out, HasSubstr("anchors were passed over when an older copy"));
    const Ran again = audit({"anchor", "--accept-restored"});
    EXPECT_EQ(again.status, 1);
    EXPECT_THAT(again.err, HasSubstr("the anchors do not contradict this database"));
}

TEST_F(AnchoredLog, TwoReplicasWriteOneChain) {
    start();
    (void)world_.start_replica();
    make_events(3);
    ASSERT_TRUE(eventually([&] { return rows("anchor") != "0"; })) << world_.gateway_log();
    stop();
    EXPECT_EQ(std::to_string(anchors().size()), rows("anchor"));
    const Ran verified = audit({"verify", "--anchors"});
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
}

TEST_F(AnchoredLog, WhatCannotWorkStopsTheStartAndIsNamed) {
    world_.environment["AUDIT_ANCHOR_CHAIN_ID"] = "../production";
    EXPECT_THAT(world_.run_gateway({}).err, HasSubstr("AUDIT_ANCHOR_CHAIN_ID: must be 1 to 64"));
    world_.environment.erase("AUDIT_ANCHOR_CHAIN_ID");
    EXPECT_THAT(world_.run_gateway({}).err,
                HasSubstr("AUDIT_ANCHOR_CHAIN_ID: is required with AUDIT_ANCHOR_BUCKET"));
    world_.environment.erase("AUDIT_ANCHOR_BUCKET");
    world_.environment["AUDIT_ARCHIVE"] = "true";
    EXPECT_THAT(world_.run_gateway({}).err, HasSubstr("AUDIT_ARCHIVE: needs AUDIT_ANCHOR_BUCKET"));
}

}  // namespace
}  // namespace rgw::test
