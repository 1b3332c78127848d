#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/pg/conninfo.hpp"
#include "rgw/pg/fence.hpp"

namespace rgw::pg {

// The LISTEN connection of the process, on the database loop. It reconnects for ever, after 100 ms
// at first and 5 s at most, and asks the server for a sign of life every second or two, so that a
// silent loss of the network is noticed as well.
//
// Notifications sent while it was down are lost: on every `true` of the state callback forget what
// was remembered.
class Listener {
public:
    struct Options {
        std::vector<std::string> channels;
        // Held as a session-level advisory lock, pg_advisory_lock(key), to show others that this
        // process lives. Unique to the process (random), so whoever else holds it is our own lost
        // session, which is then ended.
        std::optional<std::int64_t> instance_key;
        Fence* fence = nullptr;  // which servers may be used; without one any
    };
    // Both are called on the database loop and must not throw.
    using OnNotification = std::function<void(std::string_view channel, std::string_view payload)>;
    // True when LISTEN is in effect, false when it no longer is; only on a change.
    using OnState = std::function<void(bool listening)>;

    Listener(async::Loop& loop, ConnInfo info, Options options, OnNotification on_notification,
             OnState on_state);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // On the database loop.
    void start();
    // Ends the connection; no callback is made after it returns. On the database loop. Takes up to
    // the connect limit (5 s) when it is just connecting to a server that does not answer.
    async::Task<void> stop();

    [[nodiscard]] bool listening() const;  // from any thread

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rgw::pg
