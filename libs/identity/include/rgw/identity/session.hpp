#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/secret.hpp"

namespace rgw::identity {

// Where a session is used; as stored: "web", "cli".
enum class Channel : std::uint8_t { web, cli };
[[nodiscard]] std::string_view name(Channel channel);
[[nodiscard]] std::optional<Channel> find_channel(std::string_view name);

// How long a session lives without activity, and in all. The defaults are those of NIST SP
// 800-63B-4 for AAL2 or stricter: an hour, a day.
struct SessionLimits {
    std::chrono::seconds web_idle = std::chrono::minutes(5);
    std::chrono::seconds web_absolute = std::chrono::hours(12);
    std::chrono::seconds cli_idle = std::chrono::hours(1);
    std::chrono::seconds cli_absolute = std::chrono::hours(24);

    [[nodiscard]] std::chrono::seconds idle(Channel channel) const {
        return channel == Channel::web ? web_idle : cli_idle;
    }
    [[nodiscard]] std::chrono::seconds absolute(Channel channel) const {
        return channel == Channel::web ? web_absolute : cli_absolute;
    }
};

// A new session: the text goes to its client only, the hash is stored (credential.hpp,
// token_hash()).
struct NewSessionText {
    Secret text;  // 43 characters of base64url: 256 random bits
    std::string hash;
};
[[nodiscard]] NewSessionText create_session_text();
// The text that takes the place of a session's when its rights grow. What the page of that session
// knows (csrf_token()) stays good: it depends on the part of the text that both have in common.
[[nodiscard]] NewSessionText rotated_session_text(std::string_view former);

// What a browser must send back with every write that rides on its cookie (spec http-api §2.8):
// base64 without padding of an HMAC over the first 16 characters of the session's text, which
// outlive its rotation and alone open nothing. `key` is the server's alone.
[[nodiscard]] std::string csrf_token(const Secret& key, std::string_view session_text);

}  // namespace rgw::identity
