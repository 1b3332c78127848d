#pragma once

#include <string>

#include "rgw/base/secret.hpp"

namespace rgw::outbound {

// What the environment says about AWS (the AWS_… rows of docs/settings.md). The credentials are
// those of the first source that is configured, in the order of the members, as in AWS's own SDKs.
struct AwsOptions {
    std::string region;  // "" for the profile's

    std::string access_key_id;  // all "" without keys in the environment
    Secret secret_access_key;
    Secret session_token;

    std::string web_identity_token_file;  // a service account's in Kubernetes; with role_arn
    std::string role_arn;
    std::string role_session_name;
    std::string sts_endpoint;  // "" for the region's own

    std::string profile;           // "" for the default one
    std::string credentials_file;  // full paths; "" when there is no home directory
    std::string config_file;       // for the profile's region only

    std::string container_full_uri;  // ECS, EKS Pod Identity
    std::string container_relative_uri;
    Secret container_token;
    std::string container_token_file;

    bool metadata_disabled = false;
    std::string metadata_endpoint;  // "" for the fixed address of EC2

    std::string ca_file;  // PEM, of STS; "" for the system's certificates
};

}  // namespace rgw::outbound
