#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <string>

#include "memory_store.hpp"
#include "random_events.hpp"
#include "rgw/audit/log_export.hpp"
#include "sample_events.hpp"

namespace rgw::audit {
namespace {

namespace json = boost::json;

std::string line_of(const StoredEvent& stored) {
    std::string line;
    append_ndjson(line, stored);
    return line;
}

StoredEvent sealed(const Event& event, std::int64_t index) {
    const Key key = sample_key();
    Head head{.next_index = index, .last_hash = {}, .tree = {}};
    if (index > 0) {
        head.last_hash = crypto::sha256(std::to_string(index));
    }
    const PreparedEvent prepared[] = {prepare(event, key)};
    return MemoryStore::stored(seal(head, prepared, key).events.front(), key.id());
}

void expect_same(const StoredEvent& read, const StoredEvent& written) {
    EXPECT_EQ(read.chain_index, written.chain_index);
    EXPECT_EQ(read.format, written.format);
    EXPECT_EQ(read.key_id, written.key_id);
    EXPECT_EQ(read.previous_hash, written.previous_hash);
    EXPECT_EQ(read.event_hash, written.event_hash);
    EXPECT_EQ(canonical(read.event, 1), canonical(written.event, 1));
}

TEST(ParseNdjson, GivesBackEveryEventThatWasExported) {
    RandomEvents events(1);
    for (std::int64_t i = 0; i < 3000; ++i) {
        const StoredEvent stored = sealed(events.next(), i);
        const std::string line = line_of(stored);
        const auto read = parse_ndjson(line);
        ASSERT_TRUE(read) << describe(read.error()) << '\n' << line;
        expect_same(*read, stored);
        EXPECT_EQ(line_of(*read), line);
    }
}

TEST(ParseNdjson, TakesTheLargestEventAndNothingMuchLarger) {
    Event event = full_event();
    for (std::optional<std::string>* field :
         {&event.user_name, &event.api_token_name, &event.command, &event.resource,
          &event.resource_type, &event.details, &event.request_id, &event.user_agent}) {
        *field = std::string(10'000, '\x01');
    }
    event.details = std::string(8000, '\x01');
    const StoredEvent stored = sealed(normalise(event), 5);
    const std::string line = line_of(stored);
    EXPECT_GT(line.size(), 60'000U);
    expect_same(parse_ndjson(line).value(), stored);
    EXPECT_FALSE(parse_ndjson(line + std::string(128UL * 1024, ' ')));
}

// What `jq` and the like leave of it.
TEST(ParseNdjson, OrderAndWhiteSpaceDoNotMatter) {
    const StoredEvent stored = sealed(full_event(), 7);
    const json::object object = json::parse(line_of(stored)).as_object();
    std::string turned = "{\n";
    for (auto member = object.end(); member != object.begin();) {
        --member;
        turned += (turned.size() > 2 ? " ,\n\t\"" : "\"") + std::string(member->key()) +
                  "\" : " + json::serialize(member->value());
    }
    expect_same(parse_ndjson(turned + " }").value(), stored);
}

const std::set<std::string, std::less<>> optional_members = {
    "previous_hash", "intent_index", "user_name",     "api_token_id", "api_token_name",
    "command",       "resource",     "resource_type", "details",      "request_id",
    "ip_address",    "user_agent",   "rbac_decision", "http_status",  "deploy_approval_request_id"};

TEST(ParseNdjson, EveryMemberMustBeThereOfItsTypeAndOnce) {
    const StoredEvent stored = sealed(full_event(), 7);
    const std::string line = line_of(stored);
    const json::object object = json::parse(line).as_object();
    ASSERT_EQ(object.size(), 28U);
    for (const auto& member : object) {
        const std::string_view name(member.key().data(), member.key().size());
        json::object changed = object;
        changed.erase(member.key());
        EXPECT_EQ(parse_ndjson(json::serialize(changed)).has_value(),
                  optional_members.contains(name))
            << name;
        const json::value others[] = {nullptr,
                                      true,
                                      1.5,
                                      json::array{},
                                      json::object{},
                                      18446744073709551615U,
                                      member.value().is_string() ? json::value(1) : "1"};
        for (const json::value& other : others) {
            changed = object;
            changed[member.key()] = other;
            const auto read = parse_ndjson(json::serialize(changed));
            ASSERT_FALSE(read) << name << " as " << json::serialize(other);
            EXPECT_EQ(read.error().code, Errc::invalid_value);
        }
        const std::string twice = line.substr(0, line.rfind('}')) + ",\"" + std::string(name) +
                                  "\":" + json::serialize(member.value()) + "}";
        EXPECT_FALSE(parse_ndjson(twice)) << name;
    }
}

TEST(ParseNdjson, NoValueHasASecondSpelling) {
    const StoredEvent stored = sealed(full_event(), 7);
    const json::object object = json::parse(line_of(stored)).as_object();
    const std::string hash(object.at("event_hash").as_string());
    const struct {
        std::string_view name;
        json::value value;
    } cases[] = {
        {"id", 7},
        {"id", 9},
        {"id", 0},
        {"id", INT64_MIN},
        {"chain_index", 8},
        {"chain_index", -1},
        {"key_id", (std::int64_t{1} << 32) + stored.key_id},
        {"http_status", std::int64_t{1} << 32},
        {"response_time_ms", std::int64_t{1} << 31},
        {"event_count", -(std::int64_t{1} << 31) - 1},
        {"timestamp", "2026-11-22T21:09:04Z"},
        {"timestamp", "2026-11-22T21:09:04.12345Z"},
        {"timestamp", "2026-11-22T21:09:04.1234567Z"},
        {"timestamp", "2026-11-22T22:09:04.123456+01:00"},
        {"timestamp", "2026-11-22T21:09:04.123456+00:00"},
        {"timestamp", "2026-11-22"},
        {"timestamp", "2026-02-30T21:09:04.123456Z"},
        {"timestamp", ""},
        {"phase", "Outcome"},
        {"phase", ""},
        {"event_hash", json::string(hash.substr(0, 43))},
        {"event_hash", json::string(hash + "AAAA")},
        {"event_hash", json::string(" " + hash)},
        {"event_hash", ""},
        {"previous_hash", ""},
        {"unknown", 1},
    };
    for (const auto& [name, value] : cases) {
        json::object changed = object;
        changed[name] = value;
        EXPECT_FALSE(parse_ndjson(json::serialize(changed)))
            << name << " as " << json::serialize(value);
    }
    for (const std::string& line :
         {std::string(), std::string("\n"), std::string("{}"), std::string("[]"),
          line_of(stored) + line_of(stored), "x" + line_of(stored)}) {
        EXPECT_FALSE(parse_ndjson(line)) << line;
    }
}

TEST(ParseNdjson, AnErrorHoldsNothingOfTheEvent) {
    json::object object = json::parse(line_of(sealed(full_event(), 7))).as_object();
    object["timestamp"] = "a planted secret";
    EXPECT_EQ(parse_ndjson(json::serialize(object)).error().detail,
              "export line: timestamp is no UTC time with microseconds");
    object["a planted secret"] = 1;
    object["timestamp"] = "2026-11-22T21:09:04.123456Z";
    EXPECT_EQ(parse_ndjson(json::serialize(object)).error().detail,
              "export line: it has a member no event has");
}

}  // namespace
}  // namespace rgw::audit
