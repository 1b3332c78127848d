#include "openapi.hpp"

#include <string_view>

#include "handlers.hpp"
#include "rgw/base/text.hpp"
#include "routes.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

namespace json = boost::json;

struct ApiError {
    std::string error;
    std::optional<std::string> message;
    std::string code;
    std::string request_id;
};
RGW_WIRE(ApiError, error, message, code, request_id)

std::string_view name_of(access::MfaLevel level) {
    switch (level) {
        case access::MfaLevel::none:
            return "none";
        case access::MfaLevel::step_up:
            return "step_up";
        case access::MfaLevel::always:
            return "always";
    }
    return "";
}

json::object parameter(std::string_view in, std::string_view name, std::string_view meaning) {
    json::object described{
        {"name", name}, {"in", in}, {"required", in == "path"}, {"schema", {{"type", "string"}}}};
    if (!meaning.empty()) {
        described["description"] = meaning;
    }
    return described;
}

json::array parameters_of(const GatewayRoute& route) {
    json::array parameters;
    std::string_view rest = route.path;
    for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
        const std::size_t close = rest.find('}');
        parameters.push_back(parameter("path", rest.substr(open + 1, close - open - 1), ""));
        rest.remove_prefix(close + 1);
    }
    for (const QueryParameter& query : route.operation->query) {
        parameters.push_back(parameter("query", query.name, query.meaning));
    }
    return parameters;
}

json::object content(json::value schema, std::string_view type = "application/json") {
    return {{"content", {{type, {{"schema", std::move(schema)}}}}}};
}

json::object responses_of(const GatewayRoute& route, SchemaBook& book) {
    const Operation& operation = *route.operation;
    json::object success;
    if (operation.answer != nullptr) {
        success = content(operation.answer(book));
    }
    success["description"] = http::reason_phrase(operation.status);
    json::object refused = content(book.reference<ApiError>());
    refused["description"] = "Refused or failed";
    return {{std::to_string(operation.status), success}, {"default", refused}};
}

json::array security_of(From from) {
    if (from == From::anyone) {
        return {};
    }
    json::array any{{{"bearer", json::array()}}, {{"basic", json::array()}}};
    if (from != From::command_line) {
        any.push_back({{"cookie", json::array()}});
    }
    return any;
}

json::object operation_of(const GatewayRoute& route, SchemaBook& book) {
    json::object operation{{"summary", route.operation->summary},
                           {"parameters", parameters_of(route)},
                           {"responses", responses_of(route, book)},
                           {"security", security_of(route.access.from)}};
    if (route.operation->body != nullptr) {
        json::object body = content(route.operation->body(book), route.operation->body_type);
        body["required"] = true;
        operation["requestBody"] = std::move(body);
    }
    if (route.access.from == From::person) {
        operation["x-people-only"] = true;
    }
    if (route.access.permission) {
        operation["x-permission"] = access::text(*route.access.permission);
    }
    if (const auto levelled = route.access.levelled_by()) {
        operation["x-mfa"] = name_of(access::mfa_level(*levelled));
    }
    if (route.access.factor == Factor::fresh_unless_first) {
        operation["x-mfa"] = "step_up";  // of whoever has a factor already
    }
    return operation;
}

json::object security_schemes() {
    return {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}},
            {"basic", {{"type", "http"}, {"scheme", "basic"}}},
            {"cookie", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "session_token"}}}};
}

async::Task<Result<Reply>> answer_openapi(GatewayCall) {
    static const std::string document = openapi_document();
    co_return Reply{.body = document};
}

}  // namespace

std::string openapi_document() {
    SchemaBook book;
    json::object paths;
    for (const GatewayRoute& route : gateway_routes()) {
        if (!route.path.starts_with("/api/") || !route.flag.empty()) {
            continue;  // pages, this document; a flag is a parameter of the row without it
        }
        json::value& path = paths[route.path];
        if (path.is_null()) {
            path = json::object();
        }
        path.as_object().emplace(to_lower(route.method), operation_of(route, book));
    }
    const json::object document{
        {"openapi", "3.1.0"},
        {"info", {{"title", "Rack Gateway"}, {"version", RGW_VERSION}}},
        {"paths", std::move(paths)},
        {"components", {{"schemas", book.take()}, {"securitySchemes", security_schemes()}}}};
    return json::serialize(document);
}

const Operation get_openapi{.handle = answer_openapi, .summary = "This API, as OpenAPI 3.1"};

}  // namespace rgw::api
