#include "exact_line.hpp"

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <string>
#include <utility>

#include "rgw/crypto/encoding.hpp"

namespace rgw::audit {
namespace {

// Takes one thing after the other from the front; what does not fit spoils the whole line.
class ExactLine {
public:
    explicit ExactLine(std::string_view line) : rest_(line) {}

    // Up to the value of the next member, when it has this key.
    bool at(std::string_view key) {
        // `,"key":`, or with `{` in front of the first.
        const std::size_t size = key.size() + 4;
        if (rest_.size() < size || rest_[0] != (first_ ? '{' : ',') || rest_[1] != '"' ||
            rest_.substr(2, key.size()) != key || rest_[size - 2] != '"' ||
            rest_[size - 1] != ':') {
            return false;
        }
        first_ = false;
        rest_.remove_prefix(size);
        return true;
    }
    template <class T>
    void member(std::string_view key, T& out) {
        sound_ = sound_ && at(key);
        take(out);
    }
    template <class T>
    void member(std::string_view key, std::optional<T>& out) {
        if (sound_ && at(key)) {
            take(out.emplace());
        }
    }
    [[nodiscard]] bool ended() const { return sound_ && rest_ == "}"; }

private:
    void take(std::string& out) {
        sound_ = sound_ && rest_.starts_with('"');
        std::size_t from = 1;
        for (std::size_t at = 1; sound_; ++at) {
            const auto c = at < rest_.size() ? static_cast<unsigned char>(rest_[at]) : '\0';
            if (c == '"') {
                out.append(rest_, from, at - from);
                rest_.remove_prefix(at + 1);
                return;
            }
            if (c == '\\') {
                out.append(rest_, from, at - from);
                from = ++at;  // the escaped character is its own
                sound_ = at < rest_.size() && (rest_[at] == '"' || rest_[at] == '\\');
            } else if (c < 0x20 || c > 0x7E) {
                sound_ = false;
            }
        }
    }
    template <std::signed_integral T>
    void take(T& out) {
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
        const std::size_t size = static_cast<std::size_t>(end - rest_.data());
        const std::size_t sign = rest_.starts_with('-') ? 1 : 0;
        // "-0" and leading zeros are for a JSON parser to judge.
        const bool plain = size > sign && (rest_[sign] != '0' || (size == 1 && sign == 0));
        sound_ = sound_ && error == std::errc() && plain;
        rest_.remove_prefix(sound_ ? size : 0);
    }

    std::string_view rest_;
    bool first_ = true;
    bool sound_ = true;
};

bool take_hash(std::string& text) {
    std::optional<std::string> bytes = crypto::parse_base64(text);
    if (!bytes || bytes->size() != sizeof(Hash)) {
        return false;
    }
    text = std::move(*bytes);
    return true;
}

// 2026-01-31T23:59:59.123456Z
std::optional<Timestamp> exact_time(std::string_view text) {
    constexpr std::string_view form = "0000-00-00T00:00:00.000000Z";
    if (text.size() != form.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == '0' ? !digit : text[i] != form[i]) {
            return std::nullopt;
        }
    }
    const auto number = [text](std::size_t at, std::size_t size) {
        int value = 0;
        for (const char c : text.substr(at, size)) {
            value = value * 10 + (c - '0');
        }
        return value;
    };
    const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                           std::chrono::day(static_cast<unsigned>(number(8, 2))));
    const int hour = number(11, 2);
    const int minute = number(14, 2);
    const int second = number(17, 2);
    if (number(0, 4) == 0 || !date.ok() || hour > 23 || minute > 59 || second > 59) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second) + std::chrono::microseconds(number(20, 6));
}

}  // namespace

std::optional<StoredEvent> read_exact_line(std::string_view line) {
    ExactLine members(line);
    std::optional<StoredEvent> stored(std::in_place);
    Event& event = stored->event;
    std::int64_t id = 0;
    std::int32_t key_id = 0;
    std::string time;
    std::string phase;
    members.member("id", id);
    members.member("timestamp", time);
    members.member("chain_index", stored->chain_index);
    members.member("previous_hash", stored->previous_hash);
    members.member("event_hash", stored->event_hash);
    members.member("phase", phase);
    members.member("intent_index", event.intent_index);
    members.member("user_email", event.user_email);
    members.member("user_name", event.user_name);
    members.member("api_token_id", event.api_token_id);
    members.member("api_token_name", event.api_token_name);
    members.member("action_type", event.action_type);
    members.member("action", event.action);
    members.member("command", event.command);
    members.member("resource", event.resource);
    members.member("resource_type", event.resource_type);
    members.member("details", event.details);
    members.member("request_id", event.request_id);
    members.member("ip_address", event.ip_address);
    members.member("user_agent", event.user_agent);
    members.member("status", event.status);
    members.member("rbac_decision", event.rbac_decision);
    members.member("http_status", event.http_status);
    members.member("response_time_ms", event.response_time_ms);
    members.member("event_count", event.event_count);
    members.member("deploy_approval_request_id", event.deploy_approval_request_id);
    members.member("format", stored->format);
    members.member("key_id", key_id);
    if (!members.ended() || id <= 0 || stored->chain_index != id - 1) {
        return std::nullopt;
    }
    stored->key_id = key_id;
    const std::optional<Timestamp> at = exact_time(time);
    const std::optional<Phase> known = parse_phase(phase);
    const bool hashes = take_hash(stored->event_hash) &&
                        (!stored->previous_hash || take_hash(*stored->previous_hash));
    if (!at || !known || !hashes) {
        return std::nullopt;
    }
    event.at = *at;
    event.phase = *known;
    return stored;
}

}  // namespace rgw::audit
