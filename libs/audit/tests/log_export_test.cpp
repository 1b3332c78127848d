#include "rgw/audit/log_export.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "sample_events.hpp"

namespace rgw::audit {
namespace {

Group group_of(const Event& event) {
    Grouper grouper;
    StoredEvent stored;
    stored.chain_index = 41;
    stored.previous_hash = std::string(32, '\x01');
    stored.event_hash = std::string(32, '\xFE');
    stored.event = event;
    grouper.add(stored);
    stored.chain_index = 40;
    stored.event.at -= std::chrono::seconds(90);
    stored.event.response_time_ms = 19;
    grouper.add(stored);
    return grouper.finish().value();
}

std::string csv_of(const Event& event) {
    std::string line;
    append_csv(line, group_of(event));
    return line;
}

TEST(LogCsv, HasTheContractsColumns) {
    EXPECT_EQ(
        csv_header(),
        "first_seen,last_seen,user_email,user_name,action_type,action,command,resource,status,"
        "event_count,min_response_ms,max_response_ms,avg_response_ms,ip_address,user_agent\n");
    EXPECT_EQ(
        csv_of(sample_event()),
        "2026-11-22T21:07:34Z,2026-11-22T21:09:04Z,alice@example.com,Alice,convox,app.list,,all,"
        "success,2,12,19,15,192.0.2.7,convox/3.18.9\n");
}

TEST(LogCsv, CellsAreQuotedAndHarmless) {
    const std::pair<std::string, std::string> cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"two\r\nlines", "\"two\r\nlines\""},
        {"Zoë 日本", "Zoë 日本"},
        {"=1+1", "'=1+1"},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1", "'\t=1"},
        {"\r=1", "\"'\r=1\""},
        {"\n=1", "\"'\n=1\""},
        {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
        {"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
        {"a=1", "a=1"},
        {"'=1", "'=1"},
        {"\"=1", "\"\"\"=1\""},
    };
    for (const auto& [text, cell] : cases) {
        Event event = sample_event();
        event.resource = text;
        EXPECT_NE(csv_of(event).find(",app.list,," + cell + ",success,"), std::string::npos)
            << csv_of(event);
    }
}

TEST(LogCsv, EveryTextColumnIsMadeHarmless) {
    Event event = sample_event();
    event.user_email = "=a";
    event.user_name = "=b";
    event.action_type = "=c";
    event.action = "=d";
    event.command = "=e";
    event.resource = "=f";
    event.status = "=g";
    event.user_agent = "=h";
    const std::string line = csv_of(event);
    EXPECT_EQ(line.find(",="), std::string::npos) << line;
    EXPECT_EQ(std::ranges::count(line, '\''), 8);
}

TEST(LogNdjson, IsOneObjectOnOneLine) {
    Event event = full_event();
    event.user_agent = "line\nbreak \"quoted\" \x01 Zoë";
    StoredEvent stored;
    stored.chain_index = 41;
    stored.previous_hash = std::string(32, '\x01');
    stored.event_hash = std::string(32, '\xFE');
    stored.format = 1;
    stored.key_id = 77;
    stored.event = event;
    std::string line;
    append_ndjson(line, stored);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    const boost::json::object object = boost::json::parse(line).as_object();
    EXPECT_EQ(object.size(), 28U);
    EXPECT_EQ(object.at("id").as_int64(), 42);
    EXPECT_EQ(object.at("chain_index").as_int64(), 41);
    EXPECT_EQ(object.at("timestamp").as_string(), "2026-11-22T21:09:04.123456Z");
    EXPECT_EQ(object.at("previous_hash").as_string(),
              "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=");
    EXPECT_EQ(object.at("event_hash").as_string(), "/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v4=");
    EXPECT_EQ(object.at("phase").as_string(), "outcome");
    EXPECT_EQ(object.at("details").as_string(), *event.details);
    EXPECT_EQ(object.at("user_agent").as_string(), *event.user_agent);
    EXPECT_EQ(object.at("format").as_int64(), 1);
    EXPECT_EQ(object.at("key_id").as_int64(), 77);
}

TEST(LogNdjson, LeavesOutWhatIsAbsent) {
    StoredEvent stored;
    stored.event_hash = std::string(32, '\xFE');
    std::string line;
    append_ndjson(line, stored);
    EXPECT_EQ(
        line,
        "{\"id\":1,\"timestamp\":\"1970-01-01T00:00:00.000000Z\",\"chain_index\":0,"
        "\"event_hash\":\"/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v4=\",\"phase\":\"single\","
        "\"user_email\":\"\",\"action_type\":\"\",\"action\":\"\",\"status\":\"\","
        "\"response_time_ms\":0,\"event_count\":1,\"format\":0,\"key_id\":0}\n");
}

TEST(LogExport, FormatsByName) {
    EXPECT_EQ(parse_export_format(""), ExportFormat::csv);
    EXPECT_EQ(parse_export_format("csv"), ExportFormat::csv);
    EXPECT_EQ(parse_export_format("ndjson"), ExportFormat::ndjson);
    EXPECT_EQ(parse_export_format("xlsx"), std::nullopt);
    EXPECT_EQ(name(ExportFormat::ndjson), "ndjson");
}

}  // namespace
}  // namespace rgw::audit
