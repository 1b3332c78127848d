#pragma once

#include <string>

#include "aws_signing.hpp"
#include "rgw/base/error.hpp"
#include "rgw/outbound/aws_options.hpp"
#include "stopping.hpp"

namespace rgw::outbound {

// The region of the options, or else of the profile's files; "" when neither has one. Error:
// configuration_invalid for one that is no region, or a file that cannot be read.
[[nodiscard]] Result<std::string> region_of(const AwsOptions& options);

// Gets credentials from the first source that is configured, on the calling thread; `region` is
// STS's. Error: object_storage_unavailable "AWS credentials from …: why", never with one in it.
[[nodiscard]] Result<AwsCredentials> obtain_credentials(const AwsOptions& options,
                                                        const std::string& region,
                                                        Deadline deadline,
                                                        const Stopping& stopping);

// Whether credentials of the container may be asked for there: its answer is believed, and a token
// goes along. Loopback, and the addresses of ECS and EKS.
[[nodiscard]] bool is_container_address(std::string_view uri);

}  // namespace rgw::outbound
