#include "rgw/audit/log_group.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "sample_events.hpp"

namespace rgw::audit {
namespace {

StoredEvent stored(std::int64_t index, const Event& event) {
    StoredEvent stored;
    stored.chain_index = index;
    stored.event_hash = "hash-" + std::to_string(index);
    stored.event = event;
    return stored;
}

TEST(Grouper, WhatPartsNeighbours) {
    const std::function<void(Event&)> changes[] = {
        [](Event& e) { e.phase = Phase::single; },
        [](Event& e) { e.user_email = "x"; },
        [](Event& e) { e.user_name = "x"; },
        [](Event& e) { e.user_name.reset(); },
        [](Event& e) { e.api_token_id = 1; },
        [](Event& e) { e.api_token_name = "x"; },
        [](Event& e) { e.action_type = "x"; },
        [](Event& e) { e.action = "x"; },
        [](Event& e) { e.command = "x"; },
        [](Event& e) { e.resource = "x"; },
        [](Event& e) { e.resource_type = "x"; },
        [](Event& e) { e.details = "x"; },
        [](Event& e) { e.ip_address = "192.0.2.8"; },
        [](Event& e) { e.user_agent = "x"; },
        [](Event& e) { e.status = "x"; },
        [](Event& e) { e.rbac_decision = "x"; },
        [](Event& e) { e.http_status = 1; },
        [](Event& e) { e.deploy_approval_request_id = 1; },
    };
    for (const auto& change : changes) {
        Event other = full_event();
        change(other);
        EXPECT_FALSE(same_content(full_event(), other)) << &change - changes;
    }
}

TEST(Grouper, WhatDoesNot) {
    Event other = full_event();
    other.at += std::chrono::hours(99);
    other.request_id = "another";
    other.response_time_ms = 9999;
    other.event_count = 17;
    other.intent_index = 1234;
    EXPECT_TRUE(same_content(full_event(), other));
}

TEST(Grouper, KeepsBothEndsOfAGroup) {
    Grouper grouper;
    EXPECT_FALSE(grouper.add(stored(9, sample_event())));
    EXPECT_FALSE(grouper.add(stored(7, sample_event())));
    const std::optional<Group> group = grouper.add(stored(6, sample_event("other")));
    ASSERT_TRUE(group);
    EXPECT_EQ(group->newest.chain_index, 9);
    EXPECT_EQ(group->newest.event_hash, "hash-9");
    EXPECT_EQ(group->first_index, 7);
    EXPECT_EQ(group->first_hash, "hash-7");
    EXPECT_EQ(grouper.finish()->first_index, 6);
    EXPECT_FALSE(grouper.finish());
}

TEST(Grouper, AGroupHasALimit) {
    Grouper grouper;
    std::int64_t complete = 0;
    for (std::int64_t i = 2500; i > 0; --i) {
        const std::optional<Group> group = grouper.add(stored(i, sample_event()));
        complete += group ? 1 : 0;
    }
    EXPECT_EQ(complete, 2);
    EXPECT_EQ(grouper.finish()->events, 500);
}

}  // namespace
}  // namespace rgw::audit
