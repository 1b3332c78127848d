#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"

namespace rgw::api {

struct Call;

// An answer of the gateway's own API.
struct Reply {
    int status = 200;
    std::string body;
    std::string_view content_type = "application/json; charset=utf-8";
    std::vector<http::OutField> fields;
};

// What a handler sees of one call: who makes it is judged already.
class GatewayCall {
public:
    GatewayCall(Services& services, Call& call) : services_(services), call_(call) {}

    [[nodiscard]] Services& services() { return services_; }
    [[nodiscard]] Call& call() { return call_; }
    // A query parameter; empty when there is none, or the query is malformed.
    [[nodiscard]] std::optional<std::string> query(std::string_view name) const;
    // A cookie's value; empty when there is none, or more than one of that name.
    [[nodiscard]] std::optional<std::string> cookie(std::string_view name) const;
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;

private:
    Services& services_;
    Call& call_;
};

using GatewayHandler = async::Task<Result<Reply>> (*)(GatewayCall);

[[nodiscard]] Reply redirect(std::string location, int status = 302);

}  // namespace rgw::api
