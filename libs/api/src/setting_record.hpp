#pragma once

#include <string>
#include <string_view>

#include "rgw/access/effective_setting.hpp"

namespace rgw::api {

struct ChangeRecord;

// The event of one setting that a call wrote or removed: what was in force before and after, and
// where that came from. Of a list or patterns too long for an event it says what came and went.
[[nodiscard]] ChangeRecord setting_record(const access::SettingInfo& setting, std::string_view app,
                                          const access::EffectiveSetting& before,
                                          const access::EffectiveSetting& after);

}  // namespace rgw::api
