#pragma once

#include <string>
#include <string_view>

#include "rgw/base/secret.hpp"
#include "rgw/mfa/factor_check.hpp"

// What browsers are given to begin a ceremony with (WebAuthn §5.4, §5.5), as JSON.
namespace rgw::mfa {

// 32 random bytes; §13.4.3 asks for 16 at least.
[[nodiscard]] std::string new_challenge();
// Which challenge the client means; only this is stored.
[[nodiscard]] std::string state_hash(std::string_view state);

[[nodiscard]] std::string assertion_options(const FactorParts& parts, const UserFactors& user,
                                            std::string_view challenge);
[[nodiscard]] std::string registration_options(const FactorParts& parts, const UserFactors& user,
                                               std::string_view challenge);

}  // namespace rgw::mfa
