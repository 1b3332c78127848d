#include "wire.hpp"

#include "rgw/base/json.hpp"

namespace rgw::api {
namespace {

// The row's limit of a body's size holds already.
constexpr JsonLimits body_limits{.bytes = static_cast<std::size_t>(-1), .depth = 16};

}  // namespace

Error wrong_kind(std::string_view where, std::string_view wanted) {
    return {Errc::invalid_request,
            "invalid request: " + std::string(where) + " must be " + std::string(wanted)};
}

Error missing_member(std::string_view where) {
    return {Errc::invalid_request, "invalid request: " + std::string(where) + " is missing"};
}

Result<bool> Wire<bool>::read(const boost::json::value& json, std::string_view where) {
    const bool* value = json.if_bool();
    return value != nullptr ? Result<bool>(*value) : wrong_kind(where, "true or false");
}

Result<std::int64_t> Wire<std::int64_t>::read(const boost::json::value& json,
                                              std::string_view where) {
    const std::int64_t* value = json.if_int64();
    return value != nullptr ? Result<std::int64_t>(*value) : wrong_kind(where, "a whole number");
}

Result<std::string> Wire<std::string>::read(const boost::json::value& json,
                                            std::string_view where) {
    const boost::json::string* value = json.if_string();
    return value != nullptr ? Result<std::string>(std::string(*value))
                            : wrong_kind(where, "a text");
}

Result<Timestamp> Wire<Timestamp>::read(const boost::json::value& json, std::string_view where) {
    const boost::json::string* text = json.if_string();
    const Result<Timestamp> at = text != nullptr ? parse_rfc3339(*text) : Errc::invalid_value;
    return at ? at : wrong_kind(where, "a time like 2026-11-22T21:09:04Z");
}

Result<boost::json::value> parse_body(const GatewayCall& call) {
    auto json = parse_json(call.body(), body_limits);
    if (!json) {
        return Error(Errc::invalid_request, "invalid request: " + std::string(text(json.error())));
    }
    return std::move(*json);
}

}  // namespace rgw::api
