// Backup and recovery as docs/database-setup.md describes them: its own commands are run.
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include "backup_world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Backup : public BackupWorld {
protected:
    // Of objects that a server had before and after, whoever owns them.
    static std::string schema_of(const PrivateCluster& cluster) {
        Sql there(dsn(cluster, superuser(cluster)));
        std::string text;
        for (const char* query :
             {"select format('%s on %s, fires %s', t.tgname, t.tgrelid::regclass, t.tgenabled)"
              " from pg_trigger t where not t.tgisinternal order by 1",
              "select format('%s.%s %s %s', conrelid::regclass, conname, contype, convalidated)"
              " from pg_constraint where connamespace in ('public'::regnamespace,"
              " 'audit'::regnamespace) order by 1",
              "select format('%s.%s %s %s %s', attrelid::regclass, attname, attgenerated,"
              " attidentity, format_type(atttypid, atttypmod)) from pg_attribute a join pg_class c"
              " on c.oid = a.attrelid where c.relnamespace in ('public'::regnamespace,"
              " 'audit'::regnamespace) and attnum > 0 order by 1",
              "select format('%s %s %s', oid::regprocedure, prosecdef, md5(prosrc)) from pg_proc"
              " where pronamespace in ('public'::regnamespace, 'audit'::regnamespace) order by 1",
              "select indexname from pg_indexes where schemaname in ('public', 'audit')"
              " order by 1"}) {
            for (const std::string& line : there.column(query)) {
                text += line + "\n";
            }
        }
        return text;
    }
    static void expect_that_app_cannot_change_the_log() {
        Sql app(dsn(target(), "rack_gateway_app"));
        EXPECT_THROW(app.execute("delete from audit.audit_event"), std::runtime_error);
        EXPECT_THROW(app.execute("alter table audit.audit_event disable trigger all"),
                     std::runtime_error);
        Sql owner(dsn(target(), "rack_gateway"));
        EXPECT_THROW(owner.execute("set session_replication_role = replica"), std::runtime_error);
        Sql all_powerful(dsn(target(), superuser(target())));
        all_powerful.execute("set session_replication_role = replica");
        EXPECT_THROW(all_powerful.execute("update audit.audit_event set status = 'x'"),
                     std::runtime_error)
            << "its trigger fires always, as before";
    }
};

TEST_F(Backup, AfterTheDatabaseIsLostItsOwnerRestoresItOnANewServer) {
    load();
    const std::string schema = schema_of(*source_);
    back_up();
    const auto began = std::chrono::steady_clock::now();
    empty(*source_);
    make_logins(target());
    const Ran restored = restore(target(), "rack_gateway");
    EXPECT_EQ(restored.status, 0);
    EXPECT_THAT(complaints(restored),
                testing::ElementsAre(R"(ERROR:  role "rgw_audit_owner" does not exist)"));
    serve(target());
    world_.start_gateway();
    std::cout << "from the loss to a ready gateway: "
              << std::chrono::duration_cast<std::chrono::milliseconds>(
                     std::chrono::steady_clock::now() - began)
                     .count()
              << " ms, " << std::filesystem::file_size(backup_file()) << " bytes of backup\n";
    stop();
    expect_that_it_goes_on();
    EXPECT_EQ(schema_of(target()), schema);
    const Ran doctor = world_.run_gateway({"doctor"});
    EXPECT_EQ(doctor.status, 0) << doctor.out;
    expect_that_app_cannot_change_the_log();
}

TEST_F(Backup, ASuperuserRestoresItWhereNoRoleIsKnownAndItsOwnerWithAnOwnerForTheLog) {
    load();
    back_up();
    Sql(target().dsn()).execute("create database rack_gateway");
    const Ran restored = restore(target(), superuser(target()));
    EXPECT_EQ(restored.status, 0);
    EXPECT_THAT(complaints(restored), AllOf(Not(IsEmpty()), Each(HasSubstr("does not exist")),
                                            Each(HasSubstr("ERROR:  role "))));
    serve(target(), superuser(target()), superuser(target()));
    expect_that_it_goes_on();
    const Ran doctor = world_.run_gateway({"doctor"});
    EXPECT_EQ(doctor.status, 1) << doctor.out;
    EXPECT_THAT(doctor.out, HasSubstr("is a superuser"));
    // Two logins again, from there.
    Sql(target().dsn()).execute("create role rack_gateway_app login");
    const Ran granted = world_.run_gateway({"grant", "rack_gateway_app"});
    EXPECT_EQ(granted.status, 0) << granted.err;
    serve(target(), "rack_gateway_app", superuser(target()));
    EXPECT_EQ(world_.run_gateway({"doctor"}).status, 0);

    // With the role made before, nothing is complained of, and all is as it was.
    empty(target());
    make_logins(target());
    Sql(target().dsn()).execute(block("Recovery", Block::Kind::sql, 0));
    EXPECT_THAT(complaints(restore(target(), "rack_gateway")), IsEmpty());
    EXPECT_EQ(value(target(),
                    "select count(*) from pg_class where relkind = 'r' and relnamespace ="
                    " 'audit'::regnamespace and relowner <> 'rgw_audit_owner'::regrole"),
              "0");
    EXPECT_EQ(value(target(), "select nspacl::text from pg_namespace where nspname = 'audit'"),
              value(*source_, "select nspacl::text from pg_namespace where nspname = 'audit'"));
    serve(target());
    expect_that_it_goes_on();
    EXPECT_EQ(world_.run_gateway({"doctor"}).status, 0);
}

TEST_F(Backup, ADumpTakenUnderLoadIsOneMomentOfTheLog) {
    load();
    world_.start_gateway();
    std::atomic<bool> stop_calling = false;
    std::atomic<int> acknowledged = 0;
    std::vector<std::thread> callers;
    world_.rack_fails_with("hang");
    std::thread hanging([&] { (void)world_.call(admin_, "POST", "/apps/shop/cancel"); });
    EXPECT_TRUE(eventually(
        [&] { return value(*source_, "select count(*) from audit.open_intent") == "1"; }));
    for (int i = 0; i < 3; ++i) {
        callers.emplace_back([&] {
            while (!stop_calling) {
                const int status = world_.call(admin_, "POST", "/apps/shop/cancel").status;
                EXPECT_EQ(status, 200);
                acknowledged += status == 200 ? 1 : 0;
            }
        });
    }
    EXPECT_TRUE(eventually([&] { return acknowledged > 20; }));
    const int before = acknowledged;
    back_up();
    stop_calling = true;
    for (std::thread& caller : callers) {
        caller.join();
    }
    world_.kill_gateway(SIGKILL);
    (void)world_.wait_gateway();
    hanging.join();
    make_logins(target());
    (void)restore(target(), "rack_gateway");
    serve(target());
    EXPECT_GE(std::stoi(value(target(),
                              "select count(*) from audit.audit_event where phase = 'outcome'")),
              before);
    const std::string open = value(target(), "select min(chain_index) from audit.open_intent");
    expect_that_it_goes_on();
    world_.start_gateway();
    EXPECT_TRUE(eventually(
        [&] { return value(target(), "select count(*) from audit.open_intent") == "0"; }));
    EXPECT_EQ(value(target(), "select status from audit.audit_event where intent_index = " + open),
              "unknown");
}

// Whoever puts back an older copy as a whole gets a log that is whole in itself.
TEST_F(Backup, ACopyOlderThanACheckpointThatSomebodyKeptIsNoticed) {
    load();
    back_up();
    world_.start_gateway();
    ASSERT_EQ(world_.call(admin_, "POST", "/apps/shop/cancel").status, 200);
    keep_note();
    empty(*source_);
    make_logins(*source_);
    (void)restore(*source_, "rack_gateway");
    const Ran alone = world_.verify();
    EXPECT_EQ(alone.status, 0) << alone.out << alone.err;
    const Ran with_note = world_.run_gateway(with_kept({"audit", "verify"}));
    EXPECT_EQ(with_note.status, 2) << with_note.out;
    EXPECT_THAT(with_note.out, HasSubstr("NOT WHOLE: beyond: "));
}

// The dump of the events alone: rows to read, to export and to verify, beside any gateway.
TEST_F(Backup, TheDumpOfTheLogAloneIsReadExportedAndVerifiedBesideTheGateway) {
    load();
    const std::string events = value(*source_, "select count(*) from audit.audit_event");
    back_up();
    empty(*source_);
    std::filesystem::create_directory(folder() + "/bin");
    std::filesystem::create_symlink(std::string(RGW_BUILD_DIR) + "/apps/gateway/rack-gateway-api",
                                    folder() + "/bin/rack-gateway-api");
    const Environment with = {{"AUDIT_HMAC_SECRET", World::audit_secret}};
    const Ran ran = follow("Recovery", 3, *source_, superuser(*source_), with);
    ASSERT_EQ(ran.status, 0) << ran.out << ran.err;
    EXPECT_EQ(Sql(dsn(*source_, superuser(*source_), "audit_copy"))
                  .value("select count(*) from audit.audit_event"),
              events);
    EXPECT_THAT(ran.out, HasSubstr(events + " events verified, 0 to "));
    EXPECT_THAT(ran.err, HasSubstr("function audit.forbid_change() does not exist"));
    world_.environment = with;
    const std::vector<std::string> verify = {"audit", "verify", "--export",
                                             folder() + "/audit.ndjson"};
    const Ran signed_too = world_.run_gateway(with_kept(verify));
    EXPECT_EQ(signed_too.status, 0) << signed_too.out << signed_too.err;
    EXPECT_THAT(signed_too.out, HasSubstr("signed checkpoints agree"));
}

}  // namespace
}  // namespace rgw::test
