#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "rgw/mfa/webauthn.hpp"

namespace rgw::mfa {

enum class Ceremony : std::uint8_t { registration, assertion };

// Steps 5 to 11 of §7.1, 8 to 14 of §7.2: what the client says it was asked, where and by whom.
// The fault of the first step that does not hold.
[[nodiscard]] std::optional<WebAuthnFault> check_client_data(std::string_view json,
                                                             Ceremony ceremony,
                                                             const RelyingParty& party,
                                                             std::string_view challenge);

}  // namespace rgw::mfa
