#include "openapi.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "rgw/base/text.hpp"
#include "routes.hpp"

namespace rgw::api {
namespace {

namespace json = boost::json;

TEST(OpenApi, EveryRouteOfTheApiIsInIt) {
    const json::value document = json::parse(openapi_document());
    EXPECT_EQ(document.at("openapi"), "3.1.0");
    std::size_t routes = 0;
    for (const GatewayRoute& route : gateway_routes()) {
        if (!route.path.starts_with("/api/") || !route.flag.empty()) {
            continue;
        }
        ++routes;
        const json::object& path = document.at("paths").at(route.path).as_object();
        ASSERT_TRUE(path.contains(to_lower(route.method))) << route.path;
        const json::object& operation = path.at(to_lower(route.method)).as_object();
        EXPECT_FALSE(operation.at("summary").as_string().empty()) << route.path;
        EXPECT_EQ(operation.contains("requestBody"), route.operation->body != nullptr);
        EXPECT_EQ(operation.at("security").as_array().empty(), route.access.from == From::anyone);
        if (route.access.permission) {
            EXPECT_EQ(operation.at("x-permission").as_string(),
                      access::text(*route.access.permission));
        }
    }
    std::size_t described = 0;
    for (const auto& path : document.at("paths").as_object()) {
        described += path.value().as_object().size();
    }
    EXPECT_EQ(described, routes);
}

// Every {"$ref": …} leads to a schema of the document.
void expect_references_lead_somewhere(const json::value& value, const json::object& schemas) {
    if (const json::array* array = value.if_array()) {
        for (const json::value& each : *array) {
            expect_references_lead_somewhere(each, schemas);
        }
    }
    const json::object* object = value.if_object();
    if (object == nullptr) {
        return;
    }
    for (const auto& member : *object) {
        if (member.key() == "$ref") {
            const std::string_view reference = member.value().as_string();
            EXPECT_TRUE(schemas.contains(reference.substr(reference.rfind('/') + 1))) << reference;
        } else {
            expect_references_lead_somewhere(member.value(), schemas);
        }
    }
}

TEST(OpenApi, NoReferenceLeadsNowhere) {
    const json::value document = json::parse(openapi_document());
    expect_references_lead_somewhere(document, document.at("components").at("schemas").as_object());
}

}  // namespace
}  // namespace rgw::api
