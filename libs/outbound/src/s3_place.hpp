#pragma once

#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/outbound/s3_object_store.hpp"

namespace rgw::outbound {

// Where a bucket is and how its requests are addressed.
struct S3Place {
    std::string scheme;  // "https"
    std::string host;    // with the bucket before it in virtual-host style; with a port not the
                         // scheme's
    std::string base;    // "/bucket" in path style, else ""
    std::string bucket;
    std::string region;  // of the signature
};

// Error: configuration_invalid "what is wrong".
[[nodiscard]] Result<S3Place> place_of(const S3Options& options, std::string region);

}  // namespace rgw::outbound
