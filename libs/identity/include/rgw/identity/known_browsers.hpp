#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/id.hpp"

namespace rgw::identity {

// A browser at a sign-in, as far as it can say who it is.
struct AskingBrowser {
    std::string cookie;  // of a trusted device; "" without one
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
};

struct BrowserTrust {
    std::optional<std::int64_t> device;  // the trusted device it is: no second factor is asked for
    bool betrayed = false;  // somebody else's, or another browser's: it is trusted no more
};

// Who need not show a second factor at a sign-in because they did before. What it takes is known to
// libs/mfa; apps/gateway joins the two.
class KnownBrowsers {
public:
    virtual ~KnownBrowsers() = default;
    // Errors: database_*.
    virtual async::Task<Result<BrowserTrust>> judge(UserId user, AskingBrowser browser,
                                                    Deadline deadline) = 0;
};

}  // namespace rgw::identity
