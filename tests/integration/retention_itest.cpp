// LOG_RETENTION_DAYS of the real program: who may set it, what goes, and what is answered then.
#include <chrono>

#include "checkpoint_world.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/storage/audit_store.hpp"
#include "support/run.hpp"

namespace rgw::test {
namespace {

using namespace std::chrono_literals;

class Retention : public SignedLog {
protected:
    // As an earlier run of the gateway would have left it: 600 events of two months ago, signed.
    void live_two_months_ago() {
        ASSERT_EQ(world_.run_gateway({"migrate"}).status, 0);
        async::Loop loop("past");
        loop.start();
        pg::Pool pool(loop, pg::ConnInfo::parse(world_.environment["DATABASE_URL"]).value(), {});
        storage::PgAuditStore store(pool, 1);
        {
            audit::Appender appender(loop, store, {audit::Key(Secret(World::audit_secret))}, {},
                                     {});
            appender.start();
            for (int i = 0; i < 600; ++i) {
                audit::Event event;
                event.at = SystemClock().now() - 60 * 24h + i * 1s;
                event.user_email = "viewer@example.com";
                event.action_type = "convox";
                event.action = "app.list";
                event.resource = "app-" + std::to_string(i);
                event.status = "success";
                ASSERT_TRUE(run(loop, appender.append(std::move(event), deadline_in(30s))));
            }
            run(loop, appender.close(deadline_in(30s)));
        }
        run(loop, pool.close(deadline_in(30s)));
        start();
        await_checkpoint();
        stop();
        world_.execute(
            "alter table audit.checkpoint disable trigger all;"
            "update audit.checkpoint set created_at = now() - interval '59 days'"
            " where tree_size = (select min(tree_size) from audit.checkpoint);"
            "alter table audit.checkpoint enable always trigger checkpoint_forbid_change;"
            "alter table audit.checkpoint enable always trigger checkpoint_forbid_delete");
    }
};

TEST_F(Retention, RemovesWhatIsOldAtAStartAndEverythingGoesOn) {
    live_two_months_ago();
    const std::int64_t old = std::stoll(world_.sql("select min(tree_size) from audit.checkpoint"));
    ASSERT_GE(old, 600);
    ASSERT_EQ(world_.run_gateway({"audit", "export", "--output", file("before")}).status, 0);
    world_.environment["LOG_RETENTION_DAYS"] = "30";
    start();
    EXPECT_EQ(world_.sql("select days from audit.retention"), "30");
    ASSERT_TRUE(eventually([&] {
        return world_.sql(
                   "select count(*) from audit.audit_event where action = 'audit.prune'"
                   " and phase = 'outcome' and status = 'success'") == "1";
    })) << world_.gateway_log();
    EXPECT_EQ(world_.sql("select min(chain_index) from audit.audit_event"), "512");
    await_checkpoint();

    const Response gone = get("/audit-logs/5");
    EXPECT_EQ(gone.status, 404);
    EXPECT_THAT(gone.body, HasSubstr("removed by retention"));
    EXPECT_THAT(get("/audit-logs/99999").body, HasSubstr("audit event not found"));
    EXPECT_EQ(get("/audit-logs/511/proof").status, 404);
    EXPECT_THAT(get("/audit-logs/511/proof").body, HasSubstr("removed by retention"));
    EXPECT_EQ(get("/audit-logs/512/proof").status, 200);
    EXPECT_EQ(get("/audit-logs/512").status, 200);
    const std::string newest = std::to_string(newest_size());
    EXPECT_EQ(get("/audit-logs/consistency?from=" + std::to_string(old) + "&to=" + newest).status,
              200);
    const std::string exported = get("/audit-logs/export?format=ndjson&range=all").body;
    EXPECT_THAT(exported, HasSubstr(R"("chain_index":512,)"));
    EXPECT_THAT(exported, Not(HasSubstr(R"("chain_index":511,)")));
    EXPECT_EQ(get("/audit-logs?range=all&resource=app-3").status, 200);
    EXPECT_EQ(got("/audit-logs?range=all&resource=app-3").at("total"), 0);
    EXPECT_EQ(got("/audit-logs?range=all&resource=app-599").at("total"), 1);

    stop();
    const Ran verified = world_.verify();
    EXPECT_EQ(verified.status, 0) << verified.out;
    EXPECT_THAT(verified.out, HasSubstr("events verified, 512 to "));
    EXPECT_THAT(verified.out, HasSubstr("Events before 512 were removed by retention"));
    const Ran before = world_.run_gateway({"audit", "verify", "--export", file("before"),
                                           "--checkpoint", file("before.checkpoints")});
    EXPECT_EQ(before.status, 0) << before.out;
    start();
    make_events(3);
    await_checkpoint();
    EXPECT_EQ(world_.sql("select count(*) from audit.audit_event where action = 'audit.prune'"),
              "2")
        << "a restart finds nothing more to do";
    stop();
    world_.environment.erase("LOG_RETENTION_DAYS");
    start();
    EXPECT_EQ(world_.sql("select coalesce(days, 0) from audit.retention"), "0");
    EXPECT_EQ(world_.verify().status, 0);
}

TEST_F(Retention, WhatWasChangedIsNotRemoved) {
    live_two_months_ago();
    world_.execute(
        "alter table audit.audit_event disable trigger all;"
        "update audit.audit_event set resource = 'app-x' where chain_index = 7");
    world_.environment["LOG_RETENTION_DAYS"] = "30";
    start();
    EXPECT_TRUE(eventually([&] {
        return world_.gateway_log().find("CRITICAL: retention stopped") != std::string::npos;
    }));
    EXPECT_EQ(world_.sql("select min(chain_index) from audit.audit_event"), "0");
    stop();
    EXPECT_THAT(world_.verify().out, HasSubstr("event 7: altered"));
}

TEST_F(Retention, ABadValueStopsTheStartAndIsNamed) {
    for (const std::string bad : {"0", "-1", "1.5", "forever", "99999"}) {
        world_.environment["LOG_RETENTION_DAYS"] = bad;
        const Ran refused = world_.run_gateway({});
        EXPECT_EQ(refused.status, 1) << bad;
        EXPECT_THAT(refused.err, HasSubstr("LOG_RETENTION_DAYS"));
    }
}

}  // namespace
}  // namespace rgw::test
