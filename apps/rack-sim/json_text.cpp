#include "json_text.hpp"

#include <boost/json.hpp>

namespace rgw::sim {
namespace {

namespace json = boost::json;

void append(std::string& out, const json::value& value, std::size_t depth) {
    const std::string inner((depth + 1) * 2, ' ');
    const std::string outer(depth * 2, ' ');
    if (const json::object* object = value.if_object(); object != nullptr && !object->empty()) {
        std::string_view separator = "{\n";
        for (const auto& member : *object) {
            out += separator;
            out += inner + json::serialize(json::string_view(member.key())) + ": ";
            append(out, member.value(), depth + 1);
            separator = ",\n";
        }
        out += "\n" + outer + "}";
    } else if (const json::array* array = value.if_array(); array != nullptr && !array->empty()) {
        std::string_view separator = "[\n";
        for (const json::value& item : *array) {
            out += separator;
            out += inner;
            append(out, item, depth + 1);
            separator = ",\n";
        }
        out += "\n" + outer + "]";
    } else {
        out += json::serialize(value);
    }
}

}  // namespace

std::string indented(const json::value& value) {
    std::string out;
    append(out, value, 0);
    out += '\n';
    return out;
}

}  // namespace rgw::sim
