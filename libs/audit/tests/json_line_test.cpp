#include <gtest/gtest.h>

#include "rgw/audit/event.hpp"
#include "sample_events.hpp"

namespace rgw::audit {
namespace {

TEST(JsonLine, HasUpstreamsKeysInAlphabeticalOrderAndNeverTheDetails) {
    EXPECT_EQ(
        json_line(full_event(), 42),
        R"({"action":"app.list","action_type":"convox","api_token_id":7,)"
        R"("api_token_name":"deploy","chain_index":42,"command":"bin/migrate","event_count":3,)"
        R"("http_status":200,"ip_address":"192.0.2.7","latency_ms":12,"phase":"outcome",)"
        R"("rbac_decision":"allow","request_id":"01KAPWZ3ZC8Y4T5N6R7Q8V9W0X","resource":"web",)"
        R"("resource_type":"app","status":"success","ts":"2026-11-22T21:09:04Z",)"
        R"("user_agent":"convox/3.18.9","user_email":"alice@example.com","user_name":"Alice"})");
}

TEST(JsonLine, AbsentFieldsAreEmptyButATokenThatWasNotThereIsLeftOut) {
    Event event;
    event.action = "login\"start\n";
    EXPECT_EQ(json_line(event, 0),
              R"({"action":"login\"start\n","action_type":"","chain_index":0,"command":"",)"
              R"("event_count":1,"http_status":0,"ip_address":"","latency_ms":0,"phase":"single",)"
              R"("rbac_decision":"","request_id":"","resource":"","resource_type":"","status":"",)"
              R"("ts":"1970-01-01T00:00:00Z","user_agent":"","user_email":"","user_name":""})");
}

}  // namespace
}  // namespace rgw::audit
