#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "rgw/audit/event.hpp"
#include "rgw/base/text.hpp"

namespace rgw::audit {
namespace {

using namespace std::chrono_literals;

// In bytes; the columns count characters, so what fits here always fits there.
constexpr std::size_t user_email_limit = 254;
constexpr std::size_t user_name_limit = 200;
constexpr std::size_t api_token_name_limit = 150;
constexpr std::size_t action_type_limit = 100;
constexpr std::size_t action_limit = 150;
constexpr std::size_t command_limit = 2000;
constexpr std::size_t resource_limit = 255;
constexpr std::size_t resource_type_limit = 100;
constexpr std::size_t details_limit = 8000;
constexpr std::size_t request_id_limit = 255;
constexpr std::size_t user_agent_limit = 512;
constexpr std::size_t status_limit = 32;
constexpr std::size_t rbac_decision_limit = 16;

constexpr std::int32_t highest_http_status = 999;
constexpr Timestamp earliest = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
constexpr Timestamp latest = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1) - 1us;

// Nearly all text is; it needs no second look.
bool is_ascii_without_nul(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) > 0; });
}

void fit(std::string& text, std::size_t limit) {
    if (text.size() <= limit && is_ascii_without_nul(text)) {
        return;
    }
    text = clip_utf8(valid_utf8(text), limit);
}

void fit(std::optional<std::string>& text, std::size_t limit) {
    if (text) {
        fit(*text, limit);
    }
}

std::string clipped_object(const std::string& details, std::size_t prefix) {
    std::string json = R"({"clipped":)";
    append_json_string(json, clip_utf8(details, prefix));
    json += '}';
    return json;
}

// Escaping can make a character up to six bytes long, so the prefix shrinks in proportion until
// what it becomes fits.
void fit_details(std::optional<std::string>& details) {
    if (!details || (details->size() <= details_limit && is_ascii_without_nul(*details))) {
        return;
    }
    details = valid_utf8(*details);
    if (details->size() <= details_limit) {
        return;
    }
    std::size_t prefix = details_limit;
    std::string clipped = clipped_object(*details, prefix);
    while (clipped.size() > details_limit) {
        prefix = prefix * details_limit / clipped.size() - 1;
        clipped = clipped_object(*details, prefix);
    }
    details = std::move(clipped);
}

// As inet's output function writes a host; absent when it is not an address. A zone
// ("fe80::1%eth0") says which of our own interfaces, which inet cannot hold.
std::optional<std::string> canonical_address(std::string_view text) {
    const std::string address(text.substr(0, text.find('%')));
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> out{};
    for (const int family : {AF_INET, AF_INET6}) {
        if (inet_pton(family, address.c_str(), bytes.data()) == 1) {
            return inet_ntop(family, bytes.data(), out.data(), out.size());
        }
    }
    return std::nullopt;
}

}  // namespace

Event normalise(Event event) {
    event.at = std::clamp(event.at, earliest, latest);
    fit(event.user_email, user_email_limit);
    fit(event.user_name, user_name_limit);
    fit(event.api_token_name, api_token_name_limit);
    fit(event.action_type, action_type_limit);
    fit(event.action, action_limit);
    fit(event.command, command_limit);
    fit(event.resource, resource_limit);
    fit(event.resource_type, resource_type_limit);
    fit_details(event.details);
    fit(event.request_id, request_id_limit);
    if (event.ip_address) {
        event.ip_address = canonical_address(valid_utf8(*event.ip_address));
    }
    fit(event.user_agent, user_agent_limit);
    fit(event.status, status_limit);
    fit(event.rbac_decision, rbac_decision_limit);
    if (event.http_status) {
        event.http_status = std::clamp(*event.http_status, 0, highest_http_status);
    }
    event.response_time_ms = std::max(event.response_time_ms, 0);
    event.event_count = std::max(event.event_count, 1);
    if (event.phase != Phase::outcome || (event.intent_index && *event.intent_index < 0)) {
        event.intent_index.reset();
    }
    if (event.phase == Phase::outcome && !event.intent_index) {
        event.phase = Phase::single;
    }
    return event;
}

std::string_view name(Phase phase) {
    switch (phase) {
        case Phase::single:
            return "single";
        case Phase::intent:
            return "intent";
        case Phase::outcome:
            return "outcome";
    }
    return "single";
}

std::optional<Phase> parse_phase(std::string_view text) {
    for (const Phase phase : {Phase::single, Phase::intent, Phase::outcome}) {
        if (text == name(phase)) {
            return phase;
        }
    }
    return std::nullopt;
}

Event closing_event(const Event& intent, std::int64_t intent_index, Timestamp now,
                    std::string_view status, std::string_view reason) {
    constexpr std::int64_t longest = std::numeric_limits<std::int32_t>::max();
    const auto open = std::chrono::duration_cast<std::chrono::milliseconds>(now - intent.at);
    Event event = intent;
    event.at = now;
    event.phase = Phase::outcome;
    event.intent_index = intent_index;
    event.status = status;
    event.details = R"({"reason":)";
    append_json_string(*event.details, reason);
    *event.details += '}';
    event.http_status.reset();
    event.response_time_ms =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(open.count(), 0, longest));
    event.event_count = 1;
    return event;
}

}  // namespace rgw::audit
