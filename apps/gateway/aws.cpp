#include "aws.hpp"

#include <utility>

namespace rgw::app {

outbound::AwsOptions aws_options(const settings::AwsSettings& settings) {
    return {.region = settings.region,
            .access_key_id = settings.access_key_id,
            .secret_access_key = settings.secret_access_key,
            .session_token = settings.session_token,
            .web_identity_token_file = settings.web_identity_token_file,
            .role_arn = settings.role_arn,
            .role_session_name = settings.role_session_name,
            .sts_endpoint = settings.sts_endpoint,
            .profile = settings.profile,
            .credentials_file = settings.credentials_file,
            .config_file = settings.config_file,
            .container_full_uri = settings.container_full_uri,
            .container_relative_uri = settings.container_relative_uri,
            .container_token = settings.container_token,
            .container_token_file = settings.container_token_file,
            .metadata_disabled = settings.metadata_disabled,
            .metadata_endpoint = settings.metadata_endpoint,
            .ca_file = settings.ca_file};
}

outbound::S3Options s3_options(const settings::AwsSettings& settings, std::string bucket) {
    return {.bucket = std::move(bucket),
            .endpoint = settings.s3_endpoint,
            .ca_file = settings.ca_file,
            .aws = aws_options(settings)};
}

}  // namespace rgw::app
