#pragma once

#include <chrono>
#include <span>
#include <string>

#include "gateway_call.hpp"
#include "rgw/access/permission.hpp"
#include "rgw/identity/user_directory.hpp"

// What the routes about users, sessions and tokens share.
namespace rgw::api {

inline constexpr std::chrono::seconds people_patience{10};

// The {email} of the path as it is stored. Error: not_found, as for an address that is nobody's.
[[nodiscard]] Result<std::string> address_in_path(const GatewayCall& call);
// Error: not_found.
[[nodiscard]] async::Task<Result<identity::UserProfile>> load_user_in_path(GatewayCall call);

// At once on this replica; the others hear of it by themselves.
void rights_changed(const Services& services, UserId user);
void rights_changed(const Services& services, ApiTokenId token);
void rights_changed(const Services& services, SessionId session);

// As JSON, for the details of events.
[[nodiscard]] std::string json_text(std::string_view text);
[[nodiscard]] std::string json_texts(std::span<const std::string> texts);

}  // namespace rgw::api
