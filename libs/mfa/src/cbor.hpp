#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

// CBOR (RFC 8949) in the form of CTAP2 that WebAuthn asks for: definite lengths, every integer and
// length in its shortest form, no key twice, text in UTF-8, no tags, no floating point, four
// levels. The order of keys is not looked at: some platforms sort otherwise, and nothing depends on
// it. Apart from that there is one encoding of a value.
namespace rgw::mfa::cbor {

enum class Kind : std::uint8_t { integer, bytes, text, array, map, boolean };

// A view of its encoding, which must outlive it.
struct Value {
    Kind kind = Kind::integer;
    std::int64_t number = 0;   // integer; boolean: 0 or 1
    std::string_view content;  // bytes, text
    std::vector<Value> items;  // array; map: key, value, key, value
    std::string_view encoded;
};

inline constexpr std::size_t max_bytes = 64UL * 1024;
inline constexpr std::size_t max_items = 512;  // of everything within

// One value and nothing behind it.
[[nodiscard]] std::optional<Value> parse(std::string_view encoding);
// The value at the beginning; its `encoded` says where it ends.
[[nodiscard]] std::optional<Value> parse_first(std::string_view encoding);

// A map's value; null when `map` is no map or has no such key.
[[nodiscard]] const Value* find(const Value& map, std::string_view name);
[[nodiscard]] const Value* find(const Value& map, std::int64_t label);
// The same, of one kind only.
[[nodiscard]] const Value* find(const Value& map, std::string_view name, Kind kind);
[[nodiscard]] const Value* find(const Value& map, std::int64_t label, Kind kind);
// Of a map.
[[nodiscard]] std::size_t size(const Value& map);

}  // namespace rgw::mfa::cbor
