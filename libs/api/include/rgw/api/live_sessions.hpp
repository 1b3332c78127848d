#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "rgw/access/permission.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/authenticator.hpp"
#include "rgw/identity/principal.hpp"

namespace rgw::api {

// The calls that go on after they were let through: WebSockets and long streams. Each holds a lease
// on its caller's rights; when those change the lease is judged again, and a caller who no longer
// may is cut off (design §8). Thread-safe.
class LiveSessions {
    struct Held;
    struct State;

public:
    // Ends with its destruction, on the loop it was opened for.
    class Lease {
    public:
        Lease() = default;
        Lease(Lease&&) = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease();

    private:
        friend class LiveSessions;
        Lease(std::shared_ptr<State> state, std::shared_ptr<Held> held)
            : state_(std::move(state)), held_(std::move(held)) {}
        std::shared_ptr<State> state_;
        std::shared_ptr<Held> held_;
    };

    // Calls `end` with the reason, once, on `loop`, unless the lease has ended before.
    using End = std::function<void(const Error& reason)>;

    LiveSessions();

    [[nodiscard]] Lease open(async::Loop& loop, identity::PrincipalPtr principal,
                             access::Permission needed, End end);
    [[nodiscard]] std::size_t size() const;

    // Which leases a change concerns; they are judged by the next judge().
    void doubt_user(UserId user);
    void doubt_token(ApiTokenId token);
    void doubt_session(SessionId session);
    void doubt_all();
    // Asks the store about the callers in doubt, each once, and ends the leases of those who lost
    // their right, and of those whose credential has expired by `now`. While the store cannot be
    // asked they stay in doubt and go on (design §2.1).
    async::Task<void> judge(identity::Authenticator& authenticator, Timestamp now);
    // At shutdown.
    void end_all(const Error& reason);

private:
    std::shared_ptr<State> state_;
};

}  // namespace rgw::api
