#include "rack_request.hpp"

#include <utility>

#include "rgw/rack/headers.hpp"

namespace rgw::api {

std::string rack_target(const Call& call) {
    return call.rack->path + call.rack->query;
}

std::vector<http::OutField> rack_fields(const Call& call, const RackAccess& rack) {
    std::vector<http::OutField> fields;
    for (const http::Field& field : call.exchange.head().fields) {
        if (rack::passes_to_rack(*call.rack->route, field.name)) {
            fields.push_back({std::string(field.name), std::string(field.value)});
        }
    }
    for (http::OutField& own : gateway_fields(call, rack)) {
        fields.push_back(std::move(own));
    }
    return fields;
}

std::vector<http::OutField> gateway_fields(const Call& call, const RackAccess& rack) {
    return {{"Authorization", std::string(rack.authorization.expose())},
            {"Convox-Actor", call.principal->email},
            {"X-Request-ID", call.request_id}};
}

}  // namespace rgw::api
