#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rgw/base/clock.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/identity/http_fetcher.hpp"

namespace rgw::outbound {

struct AwsCredentials {
    std::string access_key_id;
    Secret secret_access_key;
    Secret session_token;  // "" for keys that last
    std::optional<Timestamp> expires_at;
};

// A request as it is signed: nothing in it is percent-encoded yet.
struct AwsRequest {
    std::string method = "GET";
    std::string host;  // with a port that is not the scheme's
    std::string path = "/";
    std::vector<std::pair<std::string, std::string>> query;
    std::vector<identity::FetchField> fields;  // all of them are signed
    crypto::Digest body_digest = crypto::sha256(std::string_view());
};

struct SigningScope {
    std::string region;
    std::string service;
};

// Path and query in the one spelling that is signed and sent: only unreserved characters (RFC 3986
// §2.3) and the path's slashes stay.
[[nodiscard]] std::string encoded_path(std::string_view path);
// Sorted by the encoded names, then values; "" without any.
[[nodiscard]] std::string encoded_query(const AwsRequest& request);

// AWS Signature Version 4: the fields that make the request a signed one (Host, X-Amz-Date,
// X-Amz-Security-Token with a session, Authorization). The path is encoded once and its segments
// stay as they are, as S3 has it; other services encode it twice.
[[nodiscard]] std::vector<identity::FetchField> signature_fields(const AwsRequest& request,
                                                                 const AwsCredentials& credentials,
                                                                 const SigningScope& scope,
                                                                 Timestamp at);

}  // namespace rgw::outbound
