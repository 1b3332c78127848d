#pragma once

#include <string>
#include <vector>

#include "gateway_call.hpp"
#include "rgw/access/setting.hpp"
#include "rgw/access/settings_store.hpp"

namespace rgw::api {

using SettingList = std::vector<const access::SettingInfo*>;

// The group whose endpoint the call's row is, and its keys.
[[nodiscard]] const access::SettingGroupInfo& setting_group_of(const GatewayCall& call);
[[nodiscard]] SettingList keys_of(access::SettingGroup group);

// What a call about settings is about and wants. Errors: invalid_request, for people.

// The app of the row's path; "" of the global settings.
[[nodiscard]] Result<std::string> settings_app_of(const GatewayCall& call);
// Of a PUT: the values in its body, all of which are valid; null takes the stored value away.
[[nodiscard]] Result<access::SettingsChange> read_values(const GatewayCall& call);
// Of a DELETE: the keys of its query, or all of the group.
[[nodiscard]] Result<access::SettingsChange> read_reset(const GatewayCall& call);

[[nodiscard]] Error settings_refused(std::string sentence);

}  // namespace rgw::api
