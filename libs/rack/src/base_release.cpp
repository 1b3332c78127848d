#include <algorithm>
#include <boost/json.hpp>

#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_id = 64;

Error invalid() {
    return {Errc::rack_answer_invalid, "what the rack says of a release cannot be read"};
}

// It becomes a segment of a path.
bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= longest_id && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               c == '-';
    });
}

const json::string* find_text(const json::value& value, std::string_view name) {
    const json::object* object = value.if_object();
    const json::value* member = object == nullptr ? nullptr : object->if_contains(name);
    return member == nullptr ? nullptr : member->if_string();
}

// The id of an object that is one release.
Result<std::string> id_of(const json::value& release) {
    const json::string* id = find_text(release, "id");
    if (id == nullptr || !is_id(*id)) {
        return invalid();
    }
    return std::string(*id);
}

}  // namespace

Result<std::optional<std::string>> newest_release_id(std::string_view json_body) {
    boost::system::error_code error;
    const json::value answer = json::parse(json_body, error);
    const json::array* list = error ? nullptr : answer.if_array();
    if (list == nullptr) {
        return invalid();
    }
    if (list->empty()) {
        return std::optional<std::string>();
    }
    Result<std::string> id = id_of(list->front());
    if (!id) {
        return id.error();
    }
    return std::optional<std::string>(std::move(*id));
}

Result<std::string> created_release_id(std::string_view json_body) {
    boost::system::error_code error;
    const json::value answer = json::parse(json_body, error);
    return error ? invalid() : id_of(answer);
}

Result<Secret> release_env(std::string_view json_body, std::string_view id) {
    boost::system::error_code error;
    const json::value answer = json::parse(json_body, error);
    const json::string* found = error ? nullptr : find_text(answer, "id");
    const json::string* env = error ? nullptr : find_text(answer, "env");
    if (found == nullptr || env == nullptr || std::string_view(*found) != id) {
        return invalid();
    }
    return Secret(std::string(*env));
}

}  // namespace rgw::rack
