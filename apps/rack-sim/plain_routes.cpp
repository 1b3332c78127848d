// The rows of the rack's API that nothing here depends on: each answers in the shape of its kind.
#include <array>

#include "simulator.hpp"

namespace rgw::sim {
namespace {

enum class Shape : std::uint8_t { list, object, ok };
using enum Shape;

struct PlainRoute {
    std::string_view method;
    std::string_view pattern;
    Shape shape;
};

constexpr auto table = std::to_array<PlainRoute>({
    {"GET", "/apps/{app}/balancers", list},
    {"DELETE", "/apps/{app}/budget", ok},
    {"GET", "/apps/{app}/budget", object},
    {"POST", "/apps/{app}/budget", ok},
    {"POST", "/apps/{app}/budget/dismiss-recovery", ok},
    {"POST", "/apps/{app}/budget/reset", ok},
    {"GET", "/apps/{app}/budget/shutdown-state", object},
    {"POST", "/apps/{app}/budget/simulate-shutdown", object},
    {"PUT", "/apps/{app}/builds/{id}", object},
    {"POST", "/apps/{app}/builds/{id}/image", ok},
    {"GET", "/apps/{app}/configs", list},
    {"GET", "/apps/{app}/configs/{name}", object},
    {"PUT", "/apps/{app}/configs/{name}", ok},
    {"GET", "/apps/{app}/cost", object},
    {"GET", "/apps/{app}/diagnose", object},
    {"GET", "/apps/{app}/manifest/services/{service}", object},
    {"GET", "/apps/{app}/metrics", list},
    {"GET", "/apps/{app}/metrics-by-service", list},
    {"DELETE", "/apps/{app}/objects/{key*}", ok},
    {"HEAD", "/apps/{app}/objects/{key*}", ok},
    {"DELETE", "/apps/{app}/processes/{pid}/files", ok},
    {"GET", "/apps/{app}/resources", list},
    {"GET", "/apps/{app}/resources/{name}", object},
    {"GET", "/apps/{app}/services/{service}/metrics", list},
    {"POST", "/apps/{app}/services/{service}/scale-override", ok},
    {"POST", "/apps/{app}/services/{service}/triggers/{what}", ok},
    {"PUT", "/apps/{app}/ssl/{service}/{port}", ok},
    {"POST", "/certificates", object},
    {"POST", "/certificates/generate", object},
    {"DELETE", "/certificates/{id}", ok},
    {"POST", "/certificates/{id}/renew", ok},
    {"POST", "/events", ok},
    {"POST", "/instances/keyroll", object},
    {"GET", "/letsencrypt/config", object},
    {"PUT", "/letsencrypt/config", ok},
    {"POST", "/registries", object},
    {"DELETE", "/registries/{server*}", ok},
    {"OPTIONS", "/resources", list},
    {"POST", "/resources", object},
    {"DELETE", "/resources/{name}", ok},
    {"GET", "/resources/{name}", object},
    {"PUT", "/resources/{name}", object},
    {"POST", "/resources/{name}/links", object},
    {"DELETE", "/resources/{name}/links/{app}", object},
    {"PUT", "/system/jwt/rotate", ok},
    {"POST", "/system/jwt/token", object},
    {"POST", "/system/karpenter/cleanup", ok},
});

}  // namespace

std::optional<Answer> answer_plain_route(const Request& request) {
    std::vector<std::string> params;
    for (const PlainRoute& route : table) {
        if (route.method != request.method || !matches(route.pattern, request.segments, params)) {
            continue;
        }
        switch (route.shape) {
            case list:
                return json_answer(boost::json::array());
            case object:
                return json_answer({{"name", params.empty() ? "rack" : params.back()}});
            case Shape::ok:
                return sim::ok();
        }
    }
    return std::nullopt;
}

}  // namespace rgw::sim
