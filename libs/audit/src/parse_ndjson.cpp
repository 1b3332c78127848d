#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "exact_line.hpp"
#include "rgw/audit/log_export.hpp"
#include "rgw/base/json.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

namespace json = boost::json;

// Every text of an event at its limit, each of its bytes escaped, fits.
constexpr std::size_t max_line_bytes = 128UL * 1024;

Error refusal(std::string_view why) {
    return {Errc::invalid_value, "export line: " + std::string(why)};
}

// Takes the members one by one and keeps the first thing that is wrong.
class MemberReader {
public:
    explicit MemberReader(const json::object& object) : object_(object) {}

    void read(std::string_view name, std::string& out) {
        if (const json::value* value = find(name); value == nullptr) {
            refuse(name, "is missing");
        } else {
            take(name, *value, out);
        }
    }
    template <std::signed_integral T>
    void read(std::string_view name, T& out) {
        if (const json::value* value = find(name); value == nullptr) {
            refuse(name, "is missing");
        } else {
            take(name, *value, out);
        }
    }
    template <class T>
    void read(std::string_view name, std::optional<T>& out) {
        if (const json::value* value = find(name); value != nullptr) {
            take(name, *value, out.emplace());
        }
    }

    void refuse(std::string_view name, std::string_view why) {
        if (fault_.empty()) {
            fault_ = std::string(name) + " " + std::string(why);
        }
    }
    // The first thing that was wrong; empty when every member was read and none is left over.
    [[nodiscard]] std::string fault() const {
        return fault_.empty() && found_ != object_.size() ? "it has a member no event has" : fault_;
    }

private:
    const json::value* find(std::string_view name) {
        const json::value* value = object_.if_contains(name);
        found_ += value != nullptr ? 1 : 0;
        return value;
    }
    void take(std::string_view name, const json::value& value, std::string& out) {
        if (const json::string* text = value.if_string(); text != nullptr) {
            out.assign(text->data(), text->size());
        } else {
            refuse(name, "is no text");
        }
    }
    template <std::signed_integral T>
    void take(std::string_view name, const json::value& value, T& out) {
        const std::int64_t* number = value.if_int64();
        if (number == nullptr || *number < std::numeric_limits<T>::min() ||
            *number > std::numeric_limits<T>::max()) {
            refuse(name, "is no number of its range");
        } else {
            out = static_cast<T>(*number);
        }
    }

    const json::object& object_;
    std::size_t found_ = 0;
    std::string fault_;
};

void read_hash(MemberReader& members, std::string_view name, std::string& out) {
    const auto bytes = crypto::parse_base64(out);
    if (!bytes || bytes->size() != sizeof(Hash)) {
        members.refuse(name, "is not base64 of 32 bytes");
    } else {
        out = *bytes;
    }
}

void read_place(MemberReader& members, StoredEvent& stored) {
    std::int64_t id = 0;
    members.read("id", id);
    members.read("chain_index", stored.chain_index);
    if (id <= 0 || stored.chain_index != id - 1) {
        members.refuse("id", "is not the one after chain_index");
    }
    members.read("format", stored.format);
    std::int32_t key_id = 0;
    members.read("key_id", key_id);
    stored.key_id = key_id;
    members.read("previous_hash", stored.previous_hash);
    if (stored.previous_hash) {
        read_hash(members, "previous_hash", *stored.previous_hash);
    }
    members.read("event_hash", stored.event_hash);
    read_hash(members, "event_hash", stored.event_hash);
}

void read_when_and_phase(MemberReader& members, Event& event) {
    std::string text;
    members.read("timestamp", text);
    const Result<Timestamp> at = parse_rfc3339(text);
    if (at && rfc3339_micros(*at) == text) {
        event.at = *at;
    } else {
        members.refuse("timestamp", "is no UTC time with microseconds");
    }
    members.read("phase", text);
    if (const auto phase = parse_phase(text); phase) {
        event.phase = *phase;
    } else {
        members.refuse("phase", "is none that is known");
    }
}

}  // namespace

namespace {

Result<StoredEvent> parse_any_json(std::string_view line) {
    const auto object = parse_json_object(line, {.bytes = max_line_bytes, .depth = 1});
    if (!object) {
        return refusal(text(object.error()));
    }
    MemberReader members(*object);
    StoredEvent stored;
    Event& event = stored.event;
    read_place(members, stored);
    read_when_and_phase(members, event);
    members.read("intent_index", event.intent_index);
    members.read("user_email", event.user_email);
    members.read("user_name", event.user_name);
    members.read("api_token_id", event.api_token_id);
    members.read("api_token_name", event.api_token_name);
    members.read("action_type", event.action_type);
    members.read("action", event.action);
    members.read("command", event.command);
    members.read("resource", event.resource);
    members.read("resource_type", event.resource_type);
    members.read("details", event.details);
    members.read("request_id", event.request_id);
    members.read("ip_address", event.ip_address);
    members.read("user_agent", event.user_agent);
    members.read("status", event.status);
    members.read("rbac_decision", event.rbac_decision);
    members.read("http_status", event.http_status);
    members.read("response_time_ms", event.response_time_ms);
    members.read("event_count", event.event_count);
    members.read("deploy_approval_request_id", event.deploy_approval_request_id);
    if (const std::string fault = members.fault(); !fault.empty()) {
        return refusal(fault);
    }
    return stored;
}

}  // namespace

Result<StoredEvent> parse_ndjson(std::string_view line) {
    if (line.size() <= max_line_bytes) {
        std::string_view bare = line;
        bare.remove_suffix(bare.ends_with('\n') ? 1 : 0);
        if (std::optional<StoredEvent> stored = read_exact_line(bare); stored) {
            return std::move(*stored);
        }
    }
    return parse_any_json(line);
}

}  // namespace rgw::audit
