#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "rgw/audit/chain.hpp"
#include "rgw/crypto/encoding.hpp"
#include "sample_events.hpp"

namespace rgw::audit {
namespace {

// Written out by hand from docs/audit-format.md; a change here breaks every stored log.
TEST(Canonical, TheBytesOfFormatOneNeverChange) {
    Event event;
    event.at = Timestamp(std::chrono::microseconds(1));
    event.phase = Phase::outcome;
    event.intent_index = 258;
    event.user_email = "a@b";
    event.user_name = "";
    event.action_type = "auth";
    event.action = "login";
    event.status = "ok";
    event.http_status = 200;
    const std::string expected =
        "01000000080000000000000001"  // format
        "01000000080000000000000005"  // key_id
        "01000000080000000000000001"  // at
        "01000000076f7574636f6d65"    // phase
        "01000000080000000000000102"  // intent_index
        "0100000003614062"            // user_email
        "0100000000"                  // user_name, empty
        "00"                          // api_token_id
        "00"                          // api_token_name
        "010000000461757468"          // action_type
        "01000000056c6f67696e"        // action
        "00"                          // command
        "00"                          // resource
        "00"                          // resource_type
        "00"                          // details
        "00"                          // request_id
        "00"                          // ip_address
        "00"                          // user_agent
        "01000000026f6b"              // status
        "00"                          // rbac_decision
        "010000000800000000000000c8"  // http_status
        "01000000080000000000000000"  // response_time_ms
        "01000000080000000000000001"  // event_count
        "00";                         // deploy_approval_request_id
    EXPECT_EQ(crypto::hex(crypto::bytes_of(canonical(event, 5))), expected);
}

using Change = std::function<void(Event&)>;

TEST(Canonical, EveryFieldIsInIt) {
    const std::vector<Change> changes = {
        [](Event& e) { e.at += std::chrono::microseconds(1); },
        [](Event& e) { e.phase = Phase::intent; },
        [](Event& e) { e.intent_index = 42; },
        [](Event& e) { e.user_email += "x"; },
        [](Event& e) { e.user_name = "Bob"; },
        [](Event& e) { e.api_token_id = 8; },
        [](Event& e) { e.api_token_name = "deplox"; },
        [](Event& e) { e.action_type = "auth"; },
        [](Event& e) { e.action = "app.read"; },
        [](Event& e) { e.command = "bin/migrats"; },
        [](Event& e) { e.resource = "wec"; },
        [](Event& e) { e.resource_type = "build"; },
        [](Event& e) { e.details = "{}"; },
        [](Event& e) { e.request_id = "other"; },
        [](Event& e) { e.ip_address = "192.0.2.8"; },
        [](Event& e) { e.user_agent = "curl"; },
        [](Event& e) { e.status = "failed"; },
        [](Event& e) { e.rbac_decision = "deny"; },
        [](Event& e) { e.http_status = 201; },
        [](Event& e) { e.response_time_ms = 13; },
        [](Event& e) { e.event_count = 4; },
        [](Event& e) { e.deploy_approval_request_id = 100; },
    };
    std::set<std::string> seen = {canonical(full_event(), 5), canonical(full_event(), 6)};
    ASSERT_EQ(seen.size(), 2U);
    for (std::size_t i = 0; i < changes.size(); ++i) {
        Event event = full_event();
        changes[i](event);
        EXPECT_TRUE(seen.insert(canonical(event, 5)).second) << "change " << i;
    }
}

TEST(Canonical, AbsentEmptyAndZeroAreDifferent) {
    const std::vector<std::pair<Change, Change>> pairs = {
        {[](Event& e) { e.user_name.reset(); }, [](Event& e) { e.user_name = ""; }},
        {[](Event& e) { e.command.reset(); }, [](Event& e) { e.command = ""; }},
        {[](Event& e) { e.details.reset(); }, [](Event& e) { e.details = ""; }},
        {[](Event& e) { e.http_status.reset(); }, [](Event& e) { e.http_status = 0; }},
        {[](Event& e) { e.api_token_id.reset(); }, [](Event& e) { e.api_token_id = 0; }},
        {[](Event& e) { e.intent_index.reset(); }, [](Event& e) { e.intent_index = 0; }},
    };
    for (const auto& [absent, empty] : pairs) {
        Event a = full_event();
        Event b = full_event();
        absent(a);
        empty(b);
        EXPECT_NE(canonical(a, 5), canonical(b, 5));
    }
}

TEST(Canonical, ACharacterMovedToTheNeighbouringFieldChangesTheHash) {
    using Text = std::function<std::string&(Event&)>;
    const std::vector<Text> in_order = {
        [](Event& e) -> std::string& { return e.user_email; },
        [](Event& e) -> std::string& { return *e.user_name; },
        [](Event& e) -> std::string& { return *e.api_token_name; },
        [](Event& e) -> std::string& { return e.action_type; },
        [](Event& e) -> std::string& { return e.action; },
        [](Event& e) -> std::string& { return *e.command; },
        [](Event& e) -> std::string& { return *e.resource; },
        [](Event& e) -> std::string& { return *e.resource_type; },
        [](Event& e) -> std::string& { return *e.details; },
        [](Event& e) -> std::string& { return *e.request_id; },
        [](Event& e) -> std::string& { return *e.ip_address; },
        [](Event& e) -> std::string& { return *e.user_agent; },
        [](Event& e) -> std::string& { return e.status; },
        [](Event& e) -> std::string& { return *e.rbac_decision; },
    };
    const Hash original = leaf_hash(canonical(full_event(), 5));
    for (std::size_t i = 0; i + 1 < in_order.size(); ++i) {
        Event event = full_event();
        std::string& left = in_order[i](event);
        std::string& right = in_order[i + 1](event);
        right.insert(right.begin(), left.back());
        left.pop_back();
        EXPECT_NE(leaf_hash(canonical(event, 5)), original) << "fields " << i << " and " << i + 1;
    }
}

}  // namespace
}  // namespace rgw::audit
