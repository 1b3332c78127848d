#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/clock.hpp"

namespace rgw::pg {

using Bytes = std::vector<std::byte>;

// Bind values of one call, in the order of $1, $2 … Everything is sent in PostgreSQL's binary
// format with its type, so that nothing is ever quoted or parsed: text (25), int8 (20), bool (16),
// bytea (17), timestamptz (1184) and their arrays. Where a column has another type the SQL casts
// ($3::text::inet).
class Params {
public:
    Params& add(std::string_view text);
    Params& add(const char* text) { return add(std::string_view(text)); }
    Params& add(const std::string& text) { return add(std::string_view(text)); }
    Params& add(std::int64_t number);
    Params& add(int number) { return add(std::int64_t{number}); }
    Params& add(bool flag);
    Params& add(std::span<const std::byte> bytes);
    Params& add(Timestamp at);
    // NULL of the given type when empty.
    template <class T>
    Params& add(const std::optional<T>& value) {
        return value ? add(*value) : add_null(static_cast<const T*>(nullptr));
    }
    // One-dimensional arrays for unnest(); an empty optional is a NULL element.
    Params& add(std::span<const std::optional<std::string>> texts);
    Params& add(std::span<const std::optional<std::int64_t>> numbers);
    Params& add(std::span<const Bytes> values);
    Params& add(std::span<const Timestamp> moments);

    struct Value {
        unsigned type = 0;  // PostgreSQL type OID
        bool null = false;
        std::string bytes;
    };
    [[nodiscard]] const std::vector<Value>& values() const { return values_; }

private:
    Params& add_null(const std::string*);
    Params& add_null(const std::string_view*);
    Params& add_null(const std::int64_t*);
    Params& add_null(const bool*);
    Params& add_null(const Bytes*);
    Params& add_null(const Timestamp*);

    std::vector<Value> values_;
};

}  // namespace rgw::pg
