#pragma once

#include <string>
#include <string_view>

#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"

namespace rgw::identity {

// What a browser keeps between leaving for the provider and coming back: the gateway stores nothing
// for a sign-in that may never end. Each sign-in has a cookie of its own, so that two tabs do not
// take it from each other.
struct PendingLogin {
    std::string state;
    std::string nonce;
    Secret verifier;
    std::string return_to;  // "" for the default
    Timestamp begun{};
};

inline constexpr std::chrono::seconds login_lives_for = std::chrono::minutes(10);

// "rgw_oauth_state_" and the beginning of the state.
[[nodiscard]] std::string login_cookie_name(std::string_view state);
// The cookie's value: cookie characters only, under a MAC of the server's key.
[[nodiscard]] std::string seal_login(const Secret& key, const PendingLogin& login);
// The other way. Error: sign_in_refused: it is not ours, not that state's, or too old.
[[nodiscard]] Result<PendingLogin> open_login(const Secret& key, std::string_view sealed,
                                              std::string_view state, Timestamp now);

}  // namespace rgw::identity
