#include "rgw/base/json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "rgw/base/error.hpp"

namespace rgw {
namespace {

namespace json = boost::json;
using Code = boost::system::error_code;

// Builds the value as json::parse() does, and knows the keys of every open object. Returning false
// (with an error) stops the parser; fault() says why.
class Builder {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    bool on_document_begin(Code&) {
        stack_.reset();
        return true;
    }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) {
        begins_.push_back(keys_.size());
        return true;
    }
    bool on_object_end(std::size_t size, Code& error);
    bool on_array_begin(Code&) { return true; }
    bool on_array_end(std::size_t size, Code&) {
        stack_.push_array(size);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, Code&) {
        key_.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, Code& error);
    bool on_string_part(json::string_view part, std::size_t, Code&) {
        stack_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, Code&) {
        stack_.push_string(part);
        return true;
    }
    bool on_number_part(json::string_view, Code&) { return true; }
    bool on_int64(std::int64_t value, json::string_view, Code&) {
        stack_.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, json::string_view, Code&) {
        stack_.push_uint64(value);
        return true;
    }
    bool on_double(double value, json::string_view, Code& error);
    bool on_bool(bool value, Code&) {
        stack_.push_bool(value);
        return true;
    }
    bool on_null(Code&) {
        stack_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, Code&) { return true; }
    bool on_comment(json::string_view, Code&) { return true; }

    [[nodiscard]] std::optional<JsonFault> fault() const { return fault_; }
    json::value take() { return stack_.release(); }

private:
    bool refuse(JsonFault fault, Code& error) {
        fault_ = fault;
        error = make_error_code(boost::system::errc::invalid_argument);
        return false;
    }

    json::value_stack stack_;
    // Hashes of the keys of all open objects, and where each object's begin. Two keys of one hash
    // count as the same: equal ones are always found, and others are as good as never taken for it.
    std::vector<std::size_t> keys_;
    std::vector<std::size_t> begins_;
    std::string key_;
    std::optional<JsonFault> fault_;
};

bool Builder::on_object_end(std::size_t size, Code& error) {
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(begins_.back());
    std::sort(begin, keys_.end());
    const bool twice = std::adjacent_find(begin, keys_.end()) != keys_.end();
    keys_.erase(begin, keys_.end());
    begins_.pop_back();
    stack_.push_object(size);
    return !twice || refuse(JsonFault::duplicate_key, error);
}

bool Builder::on_key(json::string_view part, std::size_t, Code&) {
    key_.append(part.data(), part.size());
    stack_.push_key(key_);
    keys_.push_back(std::hash<std::string_view>()(key_));
    key_.clear();
    return true;
}

bool Builder::on_double(double value, json::string_view, Code& error) {
    if (!std::isfinite(value)) {
        return refuse(JsonFault::number_out_of_range, error);
    }
    stack_.push_double(value);
    return true;
}

}  // namespace

std::string_view text(JsonFault fault) {
    switch (fault) {
        case JsonFault::too_large:
            return "too large";
        case JsonFault::syntax:
            return "not JSON";
        case JsonFault::too_deep:
            return "nested too deeply";
        case JsonFault::duplicate_key:
            return "a key stands twice in one object";
        case JsonFault::number_out_of_range:
            return "a number out of range";
        case JsonFault::not_an_object:
            return "not a JSON object";
    }
    return "";
}

void throw_exception_from_error(JsonFault fault, const boost::source_location&) {
    throw ErrorException(Error(Errc::invalid_value, std::string(text(fault))));
}

boost::system::result<json::value, JsonFault> parse_json(std::string_view json, JsonLimits limits) {
    if (json.size() > limits.bytes) {
        return JsonFault::too_large;
    }
    json::parse_options options;
    options.max_depth = limits.depth;
    json::basic_parser<Builder> parser(options);
    Code error;
    const std::size_t read = parser.write_some(false, json.data(), json.size(), error);
    if (parser.handler().fault()) {
        return *parser.handler().fault();
    }
    if (error == json::error::too_deep) {
        return JsonFault::too_deep;
    }
    if (error || read != json.size()) {
        return JsonFault::syntax;
    }
    return parser.handler().take();
}

boost::system::result<json::object, JsonFault> parse_json_object(std::string_view json,
                                                                 JsonLimits limits) {
    auto value = parse_json(json, limits);
    if (!value) {
        return value.error();
    }
    if (!value->is_object()) {
        return JsonFault::not_an_object;
    }
    return std::move(value->get_object());
}

std::string_view text_member(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    const json::string* found = member != nullptr ? member->if_string() : nullptr;
    return found != nullptr ? std::string_view(found->data(), found->size()) : std::string_view();
}

}  // namespace rgw
