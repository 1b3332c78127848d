#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rgw {

// For source files only: this is the one header of ours that brings Boost.JSON along.

enum class JsonFault : std::uint8_t {
    too_large,
    syntax,  // also text that is not UTF-8, and anything after the value
    too_deep,
    duplicate_key,  // two readers could take different ones
    number_out_of_range,
    not_an_object,
};

[[nodiscard]] std::string_view text(JsonFault fault);
[[noreturn]] void throw_exception_from_error(JsonFault fault, const boost::source_location&);

struct JsonLimits {
    std::size_t bytes;
    std::size_t depth = 8;
};

// Reads one JSON value (RFC 8259) that somebody else wrote. Stricter than Boost.JSON's own parse(),
// which keeps the last of two equal keys and makes 1e400 an infinity.
[[nodiscard]] boost::system::result<boost::json::value, JsonFault> parse_json(std::string_view json,
                                                                              JsonLimits limits);
// The same, of which only an object is taken.
[[nodiscard]] boost::system::result<boost::json::object, JsonFault> parse_json_object(
    std::string_view json, JsonLimits limits);

// The text of a member; empty when it is missing or no string.
[[nodiscard]] std::string_view text_member(const boost::json::object& object,
                                           std::string_view name);

}  // namespace rgw
