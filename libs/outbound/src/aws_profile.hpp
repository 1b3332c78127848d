#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"

namespace rgw::outbound {

// The settings of one profile in a file of AWS's command line, by name in lower case.
using AwsProfile = std::map<std::string, Secret, std::less<>>;
using AwsProfiles = std::map<std::string, AwsProfile, std::less<>>;

// Reads ~/.aws/credentials ("[name]") or ~/.aws/config ("[profile name]", "[default]"): lines
// "name = value", comments from "#" or ";" at the beginning of a line. Sections of other kinds and
// indented lines (nested settings) are passed over; of a setting that is there twice the last
// counts. Error: invalid_value "line N: what is wrong", never the line itself.
[[nodiscard]] Result<AwsProfiles> read_profiles(std::string_view text);

}  // namespace rgw::outbound
