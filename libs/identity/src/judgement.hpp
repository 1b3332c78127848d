#pragma once

#include <optional>
#include <string>

#include "rgw/base/clock.hpp"
#include "rgw/identity/authenticator.hpp"

namespace rgw::identity {

using Answer = boost::system::result<PrincipalPtr, Refusal>;

// Whether an idle limit that has passed ends a session: not while something it opened goes on.
enum class IdleLimit : std::uint8_t { holds, waived };

// What a stored credential is worth at `now`: pure functions.
[[nodiscard]] Answer judge(const std::optional<TokenRecord>& found, std::string credential_hash,
                           Timestamp now);
[[nodiscard]] Answer judge(const std::optional<SessionRecord>& found, std::string credential_hash,
                           Timestamp now, IdleLimit idle_limit);

}  // namespace rgw::identity
