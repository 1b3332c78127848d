#include <string>

#include "rgw/audit/event.hpp"
#include "rgw/base/text.hpp"

namespace rgw::audit {
namespace {

class LineWriter {
public:
    void add(std::string_view key, std::string_view text) {
        start(key);
        append_json_string(line_, text);
    }
    void add(std::string_view key, std::int64_t number) {
        start(key);
        line_ += std::to_string(number);
    }
    std::string take() {
        line_ += '}';
        return std::move(line_);
    }

private:
    void start(std::string_view key) {
        line_ += line_.empty() ? "{\"" : ",\"";
        line_ += key;
        line_ += "\":";
    }

    std::string line_;
};

std::string_view or_empty(const std::optional<std::string>& text) {
    return text ? std::string_view(*text) : std::string_view();
}

}  // namespace

// Upstream leaves out only the token's keys; everything else is there, "" or 0 when absent.
std::string json_line(const Event& event, std::int64_t chain_index) {
    LineWriter line;
    line.add("action", event.action);
    line.add("action_type", event.action_type);
    if (event.api_token_id) {
        line.add("api_token_id", *event.api_token_id);
    }
    if (event.api_token_name) {
        line.add("api_token_name", *event.api_token_name);
    }
    line.add("chain_index", chain_index);
    line.add("command", or_empty(event.command));
    line.add("event_count", event.event_count);
    line.add("http_status", event.http_status.value_or(0));
    line.add("ip_address", or_empty(event.ip_address));
    line.add("latency_ms", event.response_time_ms);
    line.add("phase", name(event.phase));
    line.add("rbac_decision", or_empty(event.rbac_decision));
    line.add("request_id", or_empty(event.request_id));
    line.add("resource", or_empty(event.resource));
    line.add("resource_type", or_empty(event.resource_type));
    line.add("status", event.status);
    line.add("ts", rfc3339_seconds(event.at));
    line.add("user_agent", or_empty(event.user_agent));
    line.add("user_email", event.user_email);
    line.add("user_name", or_empty(event.user_name));
    return line.take();
}

}  // namespace rgw::audit
