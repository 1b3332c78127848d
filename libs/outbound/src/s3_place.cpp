#include "s3_place.hpp"

#include <algorithm>

#include "aws_region.hpp"
#include "rgw/base/text.hpp"

namespace rgw::outbound {
namespace {

constexpr std::string_view default_region = "us-east-1";  // what others than AWS expect

// S3's rules for names (User Guide, "Bucket naming rules"), as far as they keep a name out of
// mischief in a URL.
bool valid_bucket(std::string_view name) {
    constexpr std::size_t shortest = 3;
    constexpr std::size_t longest = 63;
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    return name.size() >= shortest && name.size() <= longest && alphanumeric(name.front()) &&
           alphanumeric(name.back()) && name.find("..") == std::string_view::npos &&
           std::ranges::all_of(name,
                               [&](char c) { return alphanumeric(c) || c == '-' || c == '.'; });
}

struct Endpoint {
    std::string scheme;
    std::string host;
};

// "https://host[:port]", with or without a slash at the end.
Result<Endpoint> read_endpoint(std::string_view url) {
    constexpr std::string_view wrong =
        "the endpoint of S3 must be https://host[:port], without a path";
    Endpoint endpoint;
    std::string_view own_port;
    if (url.starts_with("https://")) {
        endpoint.scheme = "https";
        own_port = ":443";
    } else if (url.starts_with("http://")) {
        endpoint.scheme = "http";
        own_port = ":80";
    } else {
        return Error(Errc::configuration_invalid, std::string(wrong));
    }
    std::string_view host = url.substr(endpoint.scheme.size() + 3);
    if (host.ends_with('/')) {
        host.remove_suffix(1);
    }
    const bool fits = !host.empty() && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == ':' || c == '[' || c == ']' || c == '_';
    });
    if (!fits) {
        return Error(Errc::configuration_invalid, std::string(wrong));
    }
    if (host.ends_with(own_port)) {
        host.remove_suffix(own_port.size());
    }
    endpoint.host = to_lower(host);
    return endpoint;
}

}  // namespace

Result<S3Place> place_of(const S3Options& options, std::string region) {
    if (!valid_bucket(options.bucket)) {
        return Error(Errc::configuration_invalid,
                     "the bucket must be named as S3 has it: 3 to 63 lower-case letters, digits, "
                     "hyphens and dots");
    }
    if (region.empty() && options.endpoint.empty()) {
        return Error(Errc::configuration_invalid,
                     "the bucket's region is needed: AWS_REGION or the profile's");
    }
    Endpoint endpoint{.scheme = "https", .host = aws_host("s3", region)};
    if (!options.endpoint.empty()) {
        const Result<Endpoint> read = read_endpoint(options.endpoint);
        if (!read) {
            return read.error();
        }
        endpoint = *read;
    }
    const bool in_path =
        options.addressing == S3Addressing::path ||
        (options.addressing == S3Addressing::automatic &&
         (!options.endpoint.empty() || options.bucket.find('.') != std::string::npos));
    return S3Place{.scheme = endpoint.scheme,
                   .host = in_path ? endpoint.host : options.bucket + "." + endpoint.host,
                   .base = in_path ? "/" + options.bucket : "",
                   .bucket = options.bucket,
                   .region = region.empty() ? std::string(default_region) : std::move(region)};
}

}  // namespace rgw::outbound
