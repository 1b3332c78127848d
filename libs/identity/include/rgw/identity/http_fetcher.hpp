#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"

namespace rgw::identity {

enum class FetchMethod : std::uint8_t { get, post };

struct FetchField {
    std::string name;
    Secret value;
};

struct FetchRequest {
    FetchMethod method = FetchMethod::get;
    std::string url;
    std::vector<FetchField> fields;
    Secret body;  // of a POST
};

// Any status: what it means is the caller's to know.
struct FetchedPage {
    int status = 0;
    std::string body;
    std::string cache_control;
};

// The port to the identity provider; libs/outbound implements it.
class HttpFetcher {
public:
    virtual ~HttpFetcher() = default;
    // Follows no redirect. Error: sign_in_unavailable with the host and what failed, never with the
    // query, a field or a body.
    virtual async::Task<Result<FetchedPage>> fetch(FetchRequest request, Deadline deadline) = 0;
};

}  // namespace rgw::identity
