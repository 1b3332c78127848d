#pragma once

#include <boost/json.hpp>
#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>

#include "http_client.hpp"

// The gateway's own routes as it serves them, for the tests that are generated from the table.
namespace rgw::test {

// A path with something for each {name}.
[[nodiscard]] inline std::string filled(std::string_view path) {
    std::string out(path);
    while (out.find('{') != std::string::npos) {
        const std::size_t open = out.find('{');
        const std::size_t close = out.find('}');
        const std::string name = out.substr(open + 1, close - open - 1);
        out.replace(open, close - open + 1, name == "port" ? "80" : "nobody");
    }
    return out;
}

// Calls `row` with method, filled path and description of every operation of /openapi.json.
template <class F>
void for_each_route(std::uint16_t port, F row) {
    const boost::json::value document =
        boost::json::parse(send_request(port, {.target = "/openapi.json"}).body);
    for (const auto& path : document.at("paths").as_object()) {
        for (const auto& each : path.value().as_object()) {
            std::string method(each.key());
            for (char& c : method) {
                c = static_cast<char>(std::toupper(c));
            }
            row(method, filled(path.key()), each.value().as_object());
        }
    }
}

}  // namespace rgw::test
