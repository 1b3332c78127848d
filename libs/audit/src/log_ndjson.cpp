#include <string>

#include "rgw/audit/log_export.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

class ObjectLine {
public:
    explicit ObjectLine(std::string& out) : out_(out) {}

    ObjectLine& add(std::string_view key, std::string_view text) {
        start(key);
        append_json_string(out_, text);
        return *this;
    }
    ObjectLine& add(std::string_view key, std::int64_t number) {
        start(key);
        out_ += std::to_string(number);
        return *this;
    }
    template <class T>
    ObjectLine& add(std::string_view key, const std::optional<T>& value) {
        return value ? add(key, *value) : *this;
    }

private:
    void start(std::string_view key) {
        out_ += first_ ? "{\"" : ",\"";
        first_ = false;
        out_ += key;
        out_ += "\":";
    }

    std::string& out_;
    bool first_ = true;
};

}  // namespace

void append_ndjson(std::string& out, const StoredEvent& stored) {
    const Event& event = stored.event;
    ObjectLine line(out);
    line.add("id", stored.chain_index + 1)
        .add("timestamp", rfc3339_micros(event.at))
        .add("chain_index", stored.chain_index);
    if (stored.previous_hash) {
        line.add("previous_hash", crypto::base64(*stored.previous_hash));
    }
    line.add("event_hash", crypto::base64(stored.event_hash))
        .add("phase", name(event.phase))
        .add("intent_index", event.intent_index)
        .add("user_email", event.user_email)
        .add("user_name", event.user_name)
        .add("api_token_id", event.api_token_id)
        .add("api_token_name", event.api_token_name)
        .add("action_type", event.action_type)
        .add("action", event.action)
        .add("command", event.command)
        .add("resource", event.resource)
        .add("resource_type", event.resource_type)
        .add("details", event.details)
        .add("request_id", event.request_id)
        .add("ip_address", event.ip_address)
        .add("user_agent", event.user_agent)
        .add("status", event.status)
        .add("rbac_decision", event.rbac_decision)
        .add("http_status", event.http_status)
        .add("response_time_ms", event.response_time_ms)
        .add("event_count", event.event_count)
        .add("deploy_approval_request_id", event.deploy_approval_request_id)
        .add("format", stored.format)
        .add("key_id", stored.key_id);
    out += "}\n";
}

}  // namespace rgw::audit
