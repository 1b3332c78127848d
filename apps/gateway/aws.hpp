#pragma once

#include <string>

#include "rgw/outbound/aws_options.hpp"
#include "rgw/outbound/s3_object_store.hpp"
#include "rgw/settings/settings.hpp"

namespace rgw::app {

[[nodiscard]] outbound::AwsOptions aws_options(const settings::AwsSettings& settings);

// Of a bucket at the place that the AWS_… variables say.
[[nodiscard]] outbound::S3Options s3_options(const settings::AwsSettings& settings,
                                             std::string bucket);

}  // namespace rgw::app
