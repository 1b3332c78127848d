#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws_signing.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"

namespace rgw::outbound {

// What S3 or STS says is wrong; members are "" when not said. For people: bounded, without control
// characters.
struct AwsComplaint {
    std::string code;
    std::string message;
    std::string region;                    // where a bucket really is
    std::optional<Timestamp> server_time;  // with RequestTimeTooSkewed
};

// Foreign XML, read strictly: one root of the expected name, no document type, so no entities of
// its own.

// An <Error>, or one within an <ErrorResponse>; nothing in it when the body is neither.
[[nodiscard]] AwsComplaint read_complaint(std::string_view xml);
// "Code: message", or "Code", or "".
[[nodiscard]] std::string text_of(const AwsComplaint& complaint);

// The keys of a <ListBucketResult>. Error: invalid_value "what is wrong with it".
[[nodiscard]] Result<std::vector<std::string>> read_listing(std::string_view xml);

// The credentials of an <AssumeRoleWithWebIdentityResponse>. Error: invalid_value.
[[nodiscard]] Result<AwsCredentials> read_assumed_role(std::string_view xml);

// The JSON of the container's and the instance's credentials. Error: invalid_value.
[[nodiscard]] Result<AwsCredentials> read_credentials(std::string_view json);

}  // namespace rgw::outbound
