#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <fstream>

#include "world.hpp"

namespace rgw::test {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

json::object object_of(const Response& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body).as_object();
}

std::vector<std::string> actions_of(const json::object& page) {
    std::vector<std::string> actions;
    for (const json::value& entry : page.at("logs").as_array()) {
        actions.emplace_back(entry.at("action").as_string());
    }
    return actions;
}

// Events that chain nothing, each with some 700 bytes, one in a hundred repeating the one before.
void add_events(const World& world, int count) {
    world.execute(
        "begin;"
        "insert into audit.audit_event (chain_index, \"timestamp\", key_id, response_time_ms,"
        " event_count, format, previous_hash, event_hash, phase, user_email, action_type, action,"
        " resource, details, status)"
        " select h.next_index + i, now(), 1, 1, 1, 1,"
        "  case when h.next_index + i > 0 then sha256(int8send(i - 1)) end, sha256(int8send(i)),"
        "  'single', 'filler@example.com', 'convox', 'app.read', 'r' || (i - (i % 100) / 99),"
        "  '{\"filler\":\"' || repeat('x', 400) || '\"}', 'success'"
        " from audit.head h, generate_series(0, " +
        std::to_string(count - 1) +
        ") i;"
        "update audit.head set next_index = next_index + " +
        std::to_string(count) + ", last_hash = sha256(int8send(" + std::to_string(count - 1) +
        "));"
        "update audit.head set tree = decode(repeat('00', 32 * length(replace("
        "next_index::bit(64)::text, '0', ''))), 'hex'); commit");
}

std::int64_t rss_kib(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) {
            return std::stoll(line.substr(6));
        }
    }
    return 0;
}

TEST(AuditReading, IsForAdminsAndAuditorsAndTheirTokens) {
    World world;
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.start_gateway();
    world.execute(
        "insert into users (email, name, roles) values"
        " ('deployer@example.com', 'D', '[\"deployer\"]'),"
        " ('auditor@example.com', 'A', '[\"auditor\"]')");
    const std::string routes[] = {"/audit-logs", "/audit-logs/raw", "/audit-logs/0",
                                  "/audit-logs/export?format=ndjson"};
    (void)world.token("admin");  // the first event
    for (const std::string& route : routes) {
        for (const std::string& reader :
             {world.session("admin@example.com"), world.session("auditor@example.com"),
              world.token("admin"), world.token("auditor")}) {
            EXPECT_EQ(world.api(reader, "GET", route).status, 200) << route;
        }
        for (const std::string& other :
             {world.session("viewer@example.com"), world.session("deployer@example.com"),
              world.token("viewer"), world.token("deployer"), world.token("cicd")}) {
            EXPECT_EQ(world.api(other, "GET", route).status, 403) << route;
        }
        EXPECT_EQ(send_request(world.port(), {.target = "/api/v1" + route}).status, 401);
    }
    EXPECT_EQ(world.sql("select count(*) from calls where status = 'denied' and http_status = 403"
                        " and details like '%/audit-logs%'"),
              "20");
    EXPECT_EQ(world.sql("select count(*) from calls where action <> 'audit.export'"
                        " and status = 'success'"),
              "0")
        << "reading the list is not an event";
    EXPECT_EQ(world.verify().status, 0);
}

TEST(AuditReading, ListsWhatHappened) {
    World world;
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.start_gateway();
    const std::string admin = world.token("admin");
    const std::string viewer = world.token("viewer");
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(world.call(viewer, "GET", "/apps/shop").status, 200);
    }
    ASSERT_EQ(world.call(admin, "POST", "/apps/shop/cancel").status, 200);
    ASSERT_EQ(world.call(viewer, "POST", "/apps/shop/cancel").status, 403);

    const json::object page = object_of(world.api(admin, "GET", "/audit-logs?action_type=convox"));
    EXPECT_THAT(actions_of(page), ElementsAre("app.cancel", "app.cancel", "app.read"));
    EXPECT_EQ(page.at("total").as_int64(), 5);
    EXPECT_EQ(page.at("page").as_int64(), 1);
    EXPECT_EQ(page.at("limit").as_int64(), 100);
    EXPECT_FALSE(page.at("total_is_capped").as_bool());
    EXPECT_FALSE(page.contains("next"));
    const json::object& reads = page.at("logs").at(2).as_object();
    EXPECT_EQ(reads.at("event_count").as_int64(), 3);
    EXPECT_EQ(reads.at("last_event_id").as_int64() - reads.at("first_event_id").as_int64(), 2);
    EXPECT_EQ(reads.at("user_email").as_string(), "viewer@example.com");
    EXPECT_EQ(reads.at("resource").as_string(), "shop");
    EXPECT_EQ(reads.at("first_hash").as_string(),
              world.sql("select encode(event_hash, 'base64') from audit.audit_event where id = " +
                        std::to_string(reads.at("first_event_id").as_int64())));

    const auto found = [&](const std::string& query) {
        return actions_of(object_of(world.api(admin, "GET", "/audit-logs?" + query)));
    };
    EXPECT_THAT(found("status=denied"), ElementsAre("app.cancel"));
    EXPECT_THAT(found("decision=deny"), ElementsAre("app.cancel"));
    EXPECT_THAT(found("user=viewer%40example.com&status=success&action=app.read"),
                ElementsAre("app.read"));
    EXPECT_THAT(found("resource=shop&action=app.read"), ElementsAre("app.read"));
    EXPECT_THAT(found("search=SHOP&status=all&limit=1"), ElementsAre("app.cancel"));
    EXPECT_THAT(found("user_id=" + world.sql("select id from users where email like 'viewer%'") +
                      "&status=denied"),
                ElementsAre("app.cancel"));
    EXPECT_THAT(found("user_id=999999"), IsEmpty());
    EXPECT_THAT(found("search=%25"), IsEmpty()) << "a wildcard means itself";
    EXPECT_THAT(found("range=15m&end=2100-01-01T00:00&action=app.read"), ElementsAre("app.read"));
    EXPECT_THAT(found("start=2100-01-01T00:00"), IsEmpty());
    const std::string request_id =
        world.sql("select request_id from calls where action = 'app.cancel' and phase = 'intent'");
    EXPECT_THAT(found("request_id=" + request_id), ElementsAre("app.cancel"));
}

TEST(AuditReading, WhatIsMalformedIsRefusedInTheContractsWords) {
    World world;
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.start_gateway();
    const std::string admin = world.session("admin@example.com");
    const std::pair<std::string, std::string> cases[] = {
        {"?start=yesterday", "invalid start time"},
        {"?end=tomorrow", "invalid end time"},
        {"?start=2026-01-02T00:00&end=2026-01-01T00:00", "end time must be after start time"},
        {"?search=%00", "invalid search"},
        {"?user=%FF", ""},
        {"?status=" + std::string(300, 'x'), "invalid status"},
        {"?before=AAAA", "invalid before"},
        {"?page=101", "page is too deep: continue with the cursor of a page instead"},
    };
    for (const auto& [query, text] : cases) {
        for (const std::string route : {"/audit-logs", "/audit-logs/raw"}) {
            const Response refused = world.api(admin, "GET", route + query);
            EXPECT_EQ(refused.status, 400) << query << refused.body;
            if (!text.empty()) {
                EXPECT_EQ(json::parse(refused.body).at("error").as_string(), text);
            }
        }
    }
    EXPECT_EQ(world.api(admin, "GET", "/audit-logs/export?format=xlsx").status, 400);
    for (const std::string id : {"x", "-1", "999999", "99999999999999999999", "1.5"}) {
        EXPECT_EQ(world.api(admin, "GET", "/audit-logs/" + id).status, 404) << id;
    }
}

TEST(AuditReading, ARecordComesWithItsIntentOrItsOutcome) {
    World world;
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.start_gateway();
    const std::string admin = world.token("admin");
    ASSERT_EQ(world.call(admin, "POST", "/apps/shop/cancel").status, 200);
    const json::object raw = object_of(world.api(admin, "GET", "/audit-logs/raw"));
    ASSERT_GE(raw.at("logs").as_array().size(), 2U);
    const json::object& outcome = raw.at("logs").at(0).as_object();
    const json::object& intent = raw.at("logs").at(1).as_object();
    EXPECT_EQ(outcome.at("phase").as_string(), "outcome");
    EXPECT_EQ(intent.at("phase").as_string(), "intent");
    EXPECT_EQ(outcome.at("previous_hash"), intent.at("event_hash"));
    const auto record = [&](const json::object& of) {
        return object_of(world.api(
            admin, "GET", "/audit-logs/" + std::to_string(of.at("chain_index").as_int64())));
    };
    EXPECT_EQ(record(outcome).at("event"), outcome);
    EXPECT_EQ(record(outcome).at("intent"), intent);
    EXPECT_EQ(record(intent).at("outcomes").at(0), outcome);
    EXPECT_FALSE(record(intent).contains("intent"));
}

TEST(AuditReading, PagesFollowTheCursorThroughEverything) {
    World world;
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.start_gateway();
    const std::string admin = world.session("admin@example.com");
    add_events(world, 1234);
    std::vector<std::int64_t> ends;
    std::int64_t events = 0;
    std::string next;
    do {
        const json::object page = object_of(world.api(
            admin, "GET", "/audit-logs?limit=100&user=filler%40example.com&before=" + next));
        for (const json::value& entry : page.at("logs").as_array()) {
            ends.push_back(entry.at("last_chain_index").as_int64());
            events += entry.at("event_count").as_int64();
        }
        EXPECT_EQ(page.at("total").as_int64(), 1234);
        next = page.contains("next") ? std::string(page.at("next").as_string()) : "";
        add_events(world, 3);
    } while (!next.empty());
    EXPECT_EQ(events, 1234);
    EXPECT_TRUE(std::ranges::is_sorted(ends, std::greater<>()));
}

// A few batches and what a sanitizer puts around them; the whole of these exports is 55 MB.
constexpr std::int64_t most_grown_kib = 32 * 1024;

// AddressSanitizer keeps what was freed for a while, 256 MB of it unless told otherwise.
void measure_memory(World& world) {
    world.environment["ASAN_OPTIONS"] = "quarantine_size_mb=1";
}

TEST(AuditReading, AnExportIsCompleteInOrderAndInBoundedMemory) {
    constexpr int many = 60'000;  // some 55 MB of NDJSON
    World world;
    measure_memory(world);
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.start_gateway();
    const std::string admin = world.session("admin@example.com");
    add_events(world, many);
    ASSERT_EQ(world.api(admin, "GET", "/audit-logs?limit=500").status, 200);
    const std::int64_t before = rss_kib(world.gateway().pid());
    const Response exported =
        world.api(admin, "GET", "/audit-logs/export?format=ndjson&search=r&range=all");
    const std::int64_t after = rss_kib(world.gateway().pid());
    EXPECT_LT(after - before, most_grown_kib);
    ASSERT_EQ(exported.status, 200);
    EXPECT_EQ(exported.header("Content-Type"), "application/x-ndjson");
    EXPECT_THAT(exported.header("Content-Disposition"),
                AllOf(StartsWith("attachment; filename=\"audit-logs-20"), HasSubstr(".ndjson\"")));
    std::int64_t last = -1;
    int lines = 0;
    std::istringstream body(exported.body);
    for (std::string line; std::getline(body, line); ++lines) {
        const std::int64_t index = json::parse(line).at("chain_index").as_int64();
        ASSERT_TRUE(last == -1 || index == last - 1) << index << " after " << last;
        last = index;
    }
    EXPECT_GE(lines, many);

    const Response csv = world.api(admin, "GET", "/audit-logs/export?user=filler%40example.com");
    EXPECT_EQ(csv.header("Content-Type"), "text/csv");
    EXPECT_THAT(csv.body, StartsWith("first_seen,last_seen,user_email,"));
    EXPECT_EQ(std::ranges::count(csv.body, '\n'), 1 + many - many / 100);

    EXPECT_EQ(world.sql("select count(*) from calls where action = 'audit.export'"), "2");
    EXPECT_THAT(world.sql("select details from calls where action = 'audit.export'"
                          " order by chain_index limit 1"),
                AllOf(HasSubstr(R"("format":"ndjson")"),
                      HasSubstr(R"("filter":{"search":"r","range":"all"})")));
}

TEST(AuditReading, ABrowserExportsWithItsCookie) {
    World world;
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.start_gateway();
    const Response exported = send_request(
        world.port(),
        {.target = "/api/v1/audit-logs/export?format=csv",
         .headers = {{"Cookie", "session_token=" + world.session("admin@example.com")}}});
    EXPECT_EQ(exported.status, 200);
    EXPECT_THAT(exported.body, StartsWith("first_seen,"));
}

TEST(AuditReading, AnExportWaitsForItsClientAndEndsWhenItLeaves) {
    World world;
    measure_memory(world);
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.start_gateway();
    const std::string admin = world.session("admin@example.com");
    add_events(world, 60'000);
    const std::int64_t before = rss_kib(world.gateway().pid());
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), world.port()});
    asio::write(socket, asio::buffer("GET /api/v1/audit-logs/export?format=ndjson HTTP/1.1\r\n"
                                     "Host: localhost\r\nAuthorization: Bearer " +
                                     admin + "\r\n\r\n"));
    std::string some(1000, '\0');
    asio::read(socket, asio::buffer(some));
    EXPECT_THAT(some, StartsWith("HTTP/1.1 200"));
    // It stands still meanwhile: what it holds is a batch.
    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(world.api(admin, "GET", "/audit-logs?limit=1").status, 200);
    }
    EXPECT_LT(rss_kib(world.gateway().pid()) - before, most_grown_kib);
    // What runs by the clock may be at it.
    EXPECT_TRUE(eventually([&] {
        return world.sql(
                   "select count(*) from pg_stat_activity where application_name ="
                   " 'rack-gateway' and state <> 'idle' and datname = current_database()") == "0";
    })) << "no transaction stays open for a slow client";
    socket.close();
    EXPECT_TRUE(eventually(
        [&] { return world.gateway_log().find("an answer was cut") != std::string::npos; }));
    EXPECT_EQ(world.api(admin, "GET", "/audit-logs").status, 200);
}

}  // namespace
}  // namespace rgw::test
