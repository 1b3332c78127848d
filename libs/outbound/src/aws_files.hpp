#pragma once

#include <optional>
#include <string>

#include "aws_signing.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/outbound/aws_options.hpp"

namespace rgw::outbound {

// A small file; nullopt when it is not there or may not be read, as ~/.aws of another user. Error:
// invalid_value "path: why".
[[nodiscard]] Result<std::optional<Secret>> read_small_file(const std::string& path);

// A token of one line in a file, without the white space around it. Error: invalid_value.
[[nodiscard]] Result<Secret> read_token_file(const std::string& path);

// The keys of the profile; nullopt when no profile is named and the default one has none. Error:
// invalid_value, also for a profile that gets its credentials in another way than by static keys.
[[nodiscard]] Result<std::optional<AwsCredentials>> credentials_of_profile(
    const AwsOptions& options);

// Error: invalid_value.
[[nodiscard]] Result<std::string> region_of_profile(const AwsOptions& options);

}  // namespace rgw::outbound
