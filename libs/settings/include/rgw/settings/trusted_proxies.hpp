#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rgw/settings/cidr.hpp"

namespace rgw::settings {

// The address a call came from, in its usual spelling: the TCP peer, or, when that is a trusted
// proxy, the right-most address of X-Forwarded-For that is none. What stands further left anybody
// can have written, so it is never looked at. An entry that is no address ends the search at the
// last proxy known.
[[nodiscard]] std::string client_address(std::string_view peer,
                                         std::optional<std::string_view> x_forwarded_for,
                                         std::span<const Cidr> trusted);

}  // namespace rgw::settings
