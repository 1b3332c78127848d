#include "form_body.hpp"

#include "rgw/base/text.hpp"
#include "rgw/rack/urlencoded.hpp"

namespace rgw::api {

bool is_form(const GatewayCall& call) {
    const std::string_view type = call.field("Content-Type").value_or("");
    return equals_ignoring_case(trim(type.substr(0, type.find(';'))), form_type);
}

std::string form_value(std::string_view body, std::string_view name) {
    const auto pairs = rack::parse_urlencoded(body, Errc::bad_body);
    if (pairs) {
        for (const rack::Pair& pair : *pairs) {
            if (pair.name == name) {
                return pair.value;
            }
        }
    }
    return "";
}

}  // namespace rgw::api
