#pragma once

#include <string>
#include <string_view>

namespace rgw::outbound {

// A name that can stand in a host's: "eu-central-1".
[[nodiscard]] bool valid_region(std::string_view region);

// "s3" and "eu-central-1" to "s3.eu-central-1.amazonaws.com".
[[nodiscard]] std::string aws_host(std::string_view service, std::string_view region);

}  // namespace rgw::outbound
