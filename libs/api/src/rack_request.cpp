#include "rack_request.hpp"

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
    fields.push_back({"Authorization", std::string(rack.authorization.expose())});
    fields.push_back({"Convox-Actor", call.principal->email});
    fields.push_back({"X-Request-ID", call.request_id});
    return fields;
}

}  // namespace rgw::api
