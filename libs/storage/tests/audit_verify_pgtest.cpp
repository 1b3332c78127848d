#include "audit_fixture.hpp"

// Somebody with every right in the database, and what verification says about it.
namespace rgw::storage {
namespace {

using audit::Fault;
using test::Sql;
using test::TestDatabase;

class TamperedLog : public testing::Test {
protected:
    TamperedLog() {
        for (int i = 0; i < 6; ++i) {
            audit::Event event = audit::full_event();
            event.intent_index = 0;
            event.resource = "app-" + std::to_string(i);
            gateway_.appended(event);
        }
        EXPECT_TRUE(gateway_.verify().intact());
        sql_.execute("alter table audit.audit_event disable trigger all");
        sql_.execute("alter table audit.head disable trigger all");
    }

    void expect(std::int64_t index, Fault fault, const std::string& tampering) {
        const audit::VerifyReport report = gateway_.verify();
        ASSERT_FALSE(report.intact()) << tampering;
        EXPECT_EQ(report.first_bad->chain_index, index) << tampering;
        EXPECT_EQ(name(report.first_bad->fault), name(fault)) << tampering;
    }

    TestDatabase database_;
    Gateway gateway_{database_.dsn()};
    Sql sql_{database_.dsn()};
};

TEST_F(TamperedLog, AChangeToAnyColumnOfAStoredEventIsFoundAndNamed) {
    struct Change {
        std::string column;
        std::string value;
        Fault fault = Fault::altered;
    };
    const Change changes[] = {
        {"\"timestamp\"", "\"timestamp\" + interval '1 microsecond'"},
        {"\"timestamp\"", "'infinity'"},
        {"intent_index", "1"},
        {"api_token_id", "null"},
        {"deploy_approval_request_id", "98"},
        {"key_id", "key_id # 1", Fault::unknown_key},
        {"http_status", "0"},
        {"response_time_ms", "response_time_ms + 1"},
        {"event_count", "1"},
        {"format", "2", Fault::unknown_format},
        {"previous_hash", "set_byte(previous_hash, 31, get_byte(previous_hash, 31) # 1)",
         Fault::broken_link},
        {"event_hash", "set_byte(event_hash, 0, get_byte(event_hash, 0) # 128)"},
        {"phase, intent_index", "('single', null)"},
        {"user_email", "overlay(user_email placing 'A' from 1)"},
        {"user_name", "''"},
        {"user_name", "null"},
        {"api_token_name", "api_token_name || ' '"},
        {"action_type", "upper(action_type)"},
        {"action", "'app.delete'"},
        {"command", "null"},
        {"resource", "'app-3'"},
        {"resource_type", "'build'"},
        {"details", "replace(details, 'GET', 'PUT')"},
        {"request_id", "lower(request_id)"},
        {"ip_address", "ip_address + 1"},
        {"ip_address", "set_masklen(ip_address, 24)"},
        {"user_agent", "user_agent || '.'"},
        {"status", "'failed'"},
        {"rbac_decision", "'deny'"},
    };
    for (const Change& change : changes) {
        const std::string column = change.column.find(',') == std::string::npos
                                       ? change.column
                                       : "(" + change.column + ")";
        sql_.execute("create table public.before as select * from audit.audit_event");
        sql_.execute("update audit.audit_event set " + column + " = " + change.value +
                     " where chain_index = 2");
        expect(2, change.fault, change.column + " = " + change.value);
        sql_.execute(R"(
            update audit.audit_event e set ("timestamp", intent_index, api_token_id,
                deploy_approval_request_id, key_id, http_status, response_time_ms, event_count, format,
                previous_hash, event_hash, phase, user_email, user_name, api_token_name,
                action_type, action, command, resource, resource_type, details, request_id,
                ip_address, user_agent, status, rbac_decision) = (
                select b."timestamp", b.intent_index, b.api_token_id,
                b.deploy_approval_request_id, b.key_id, b.http_status, b.response_time_ms,
                b.event_count, b.format, b.previous_hash, b.event_hash, b.phase, b.user_email,
                b.user_name, b.api_token_name, b.action_type, b.action, b.command, b.resource,
                b.resource_type, b.details, b.request_id, b.ip_address, b.user_agent, b.status,
                b.rbac_decision from public.before b where b.chain_index = e.chain_index)
            where chain_index = 2; drop table public.before)");
    }
    EXPECT_TRUE(gateway_.verify().intact()) << "every change was undone";
}

TEST_F(TamperedLog, AValueNoEventCanHaveIsNamedToo) {
    sql_.execute(
        "alter table audit.audit_event drop constraint audit_event_phase_known, "
        "drop constraint audit_event_outcome_names_intent, alter column status drop not null; "
        "update audit.audit_event set status = null where chain_index = 4");
    expect(4, Fault::unreadable, "status");
    sql_.execute("update audit.audit_event set phase = 'other' where chain_index = 3");
    expect(3, Fault::unreadable, "phase");
}

TEST_F(TamperedLog, DeletedSwappedAndForgedEventsAreNamed) {
    sql_.execute("delete from audit.audit_event where chain_index = 3");
    expect(3, Fault::missing, "deleted");
    sql_.execute(
        "alter table audit.audit_event drop constraint audit_event_only_first_has_no_previous; "
        "update audit.audit_event set chain_index = chain_index - 1 where chain_index > 3");
    expect(3, Fault::broken_link, "closed up");
    sql_.execute("delete from audit.audit_event where chain_index = 0");
    expect(0, Fault::missing, "the first");
}

TEST_F(TamperedLog, ACutOffEndIsFoundByTheHeadAndAForgedHeadByTheEvents) {
    sql_.execute("delete from audit.audit_event where chain_index >= 4");
    expect(4, Fault::cut_off, "cut off");
    sql_.execute(
        "update audit.head set next_index = 4, last_hash = "
        "(select event_hash from audit.audit_event where chain_index = 3)");
    expect(4, Fault::head_differs, "a tree that does not fit the size");
    sql_.execute("update audit.head set tree = sha256('x')");
    expect(3, Fault::head_differs, "a tree of something else");
    sql_.execute("update audit.head set last_hash = sha256('x')");
    expect(3, Fault::head_differs, "another last hash");
    sql_.execute("delete from audit.head");
    expect(4, Fault::head_differs, "no head");
    const Result<audit::Receipt> refused = gateway_.append(audit::sample_event()).get();
    EXPECT_EQ(refused.error().code, Errc::audit_unavailable) << "and nothing is written after it";
}

TEST_F(TamperedLog, AnAppendGoesOnFromATamperedEventButVerificationStillNamesIt) {
    sql_.execute("update audit.audit_event set status = 'failed' where chain_index = 5");
    gateway_.appended(audit::sample_event());
    expect(5, Fault::altered, "the last event");
}

TEST(VerifyDatabase, AnEmptyLogIsIntact) {
    const TestDatabase database;
    Gateway gateway(database.dsn());
    const audit::VerifyReport report = gateway.verify();
    EXPECT_TRUE(report.intact());
    EXPECT_EQ(report.events_seen, 0);
}

TEST(VerifyDatabase, ReadsMoreThanOnePage) {
    const TestDatabase database;
    Gateway gateway(database.dsn());
    const auto count = static_cast<std::size_t>(AuditReader::page_size) + 10;
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < count; ++i) {
        answers.push_back(gateway.append(audit::sample_event()));
    }
    for (Answer& answer : answers) {
        EXPECT_TRUE(answer.get());
    }
    const audit::VerifyReport report = gateway.verify();
    EXPECT_TRUE(report.intact()) << report.first_bad->explanation;
    EXPECT_EQ(report.events_seen, static_cast<std::int64_t>(count));
}

}  // namespace
}  // namespace rgw::storage
