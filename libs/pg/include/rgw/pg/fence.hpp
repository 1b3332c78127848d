#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rgw/base/error.hpp"

namespace rgw::pg {

// What a server says of itself to a new session.
struct ServerState {
    int version = 0;           // 160003
    std::int64_t process = 0;  // that serves the session
    bool standby = false;
    // A pooler is in between: it told another process number than the server itself.
    bool pooled = false;
    // Of the cluster, the same on its standbys; none when the login may not see it.
    std::optional<std::int64_t> system;
    std::optional<std::int64_t> timeline;  // of a primary
};

// Which server a process that writes may use. Of several that accept writes one is an old primary
// that came back: promotion starts a new timeline, so the greatest is that of the last one
// promoted. What is written to another would be lost, and what it says of rights is old.
//
// Used on one loop. A cluster with another system identifier (restored, upgraded, moved) is a new
// start: it replaces what was known.
class Fence {
public:
    // Error: database_unavailable, for the operator: a standby, or an old primary.
    Result<void> admit(const ServerState& server);
    // A session that was admitted must not be used any more.
    [[nodiscard]] bool overtaken(const ServerState& server) const;

private:
    std::optional<std::int64_t> system_;
    std::int64_t timeline_ = 0;
};

// A server that the gateway cannot run on at all. Error: configuration_invalid.
[[nodiscard]] Result<void> check_version(int version);

}  // namespace rgw::pg
