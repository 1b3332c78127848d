#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "rgw/audit/event.hpp"

namespace rgw::audit {

// Events as no producer would make them: any bytes, any numbers, anything absent. The same ones for
// the same seed.
class RandomEvents {
public:
    explicit RandomEvents(std::uint64_t seed) : random_(seed) {}

    Event next() {
        Event event;
        event.at = Timestamp(std::chrono::microseconds(number(64)));
        event.phase = static_cast<Phase>(random_() % 3);
        fill(event.intent_index);
        event.user_email = text();
        fill(event.user_name);
        fill(event.api_token_id);
        fill(event.api_token_name);
        event.action_type = text();
        event.action = text();
        fill(event.command);
        fill(event.resource);
        fill(event.resource_type);
        fill(event.details);
        fill(event.request_id);
        if (random_() % 2 == 0) {
            event.ip_address = random_() % 2 == 0 ? "2001:db8:0:0::1" : "192.0.2.7";
        }
        fill(event.user_agent);
        event.status = text();
        fill(event.rbac_decision);
        if (random_() % 2 == 0) {
            event.http_status = static_cast<std::int32_t>(number(32));
        }
        event.response_time_ms = static_cast<std::int32_t>(number(32));
        event.event_count = static_cast<std::int32_t>(number(32));
        fill(event.deploy_approval_request_id);
        return normalise(event);
    }

private:
    // Of any size up to so many bits, not mostly large ones.
    std::int64_t number(unsigned bits) {
        return static_cast<std::int64_t>(random_() >> (64 - 1 - random_() % bits));
    }
    std::string text() {
        static constexpr std::string_view pieces[] = {
            "a",       "\"",   "\\",   "\n",    "\r",
            "\t",      "\x01", "\x7F", "/",     "<>",
            "é",       "日本", "\xFF", "\xC3",  "\xF0\x9F\x98\x80",
            "\\u0041", "{}",   " ",    "\u2028"};
        std::string out;
        for (std::uint64_t left = random_() % 40; left > 0; --left) {
            out += pieces[random_() % std::size(pieces)];
        }
        return out;
    }
    void fill(std::optional<std::string>& field) {
        if (random_() % 2 == 0) {
            field = text();
        }
    }
    void fill(std::optional<std::int64_t>& field) {
        if (random_() % 2 == 0) {
            field = number(64);
        }
    }

    std::mt19937_64 random_;
};

}  // namespace rgw::audit
