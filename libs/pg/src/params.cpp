#include "rgw/pg/params.hpp"

#include <bit>
#include <chrono>
#include <concepts>

#include "oid.hpp"
#include "timestamp.hpp"

namespace rgw::pg {
namespace {

template <std::integral T>
void append_big_endian(std::string& out, T value) {
    const auto bits = static_cast<std::make_unsigned_t<T>>(value);
    for (int shift = static_cast<int>(sizeof(T) - 1) * 8; shift >= 0; shift -= 8) {
        out.push_back(static_cast<char>((bits >> static_cast<unsigned>(shift)) & 0xff));
    }
}

std::string big_endian(std::int64_t value) {
    std::string out;
    append_big_endian(out, value);
    return out;
}

std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// PostgreSQL's binary form of a one-dimensional array: dimensions, has-null flag, element type,
// then per dimension length and lower bound, then each element with its length (-1 for NULL).
class ArrayWriter {
public:
    ArrayWriter(Oid element, std::size_t size) {
        append_big_endian<std::int32_t>(out_, size == 0 ? 0 : 1);
        append_big_endian<std::int32_t>(out_, 1);
        append_big_endian<std::int32_t>(out_, static_cast<std::int32_t>(element));
        if (size != 0) {
            append_big_endian(out_, static_cast<std::int32_t>(size));
            append_big_endian<std::int32_t>(out_, 1);
        }
    }
    void null() { append_big_endian<std::int32_t>(out_, -1); }
    void element(std::string_view bytes) {
        append_big_endian(out_, static_cast<std::int32_t>(bytes.size()));
        out_.append(bytes);
    }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

}  // namespace

Params& Params::add(std::string_view text) {
    values_.push_back({oid::text, false, std::string(text)});
    return *this;
}

Params& Params::add(std::int64_t number) {
    values_.push_back({oid::int8, false, big_endian(number)});
    return *this;
}

Params& Params::add(bool flag) {
    values_.push_back({oid::boolean, false, std::string(1, flag ? '\1' : '\0')});
    return *this;
}

Params& Params::add(std::span<const std::byte> bytes) {
    values_.push_back({oid::bytea, false, std::string(as_text(bytes))});
    return *this;
}

Params& Params::add(Timestamp at) {
    values_.push_back({oid::timestamptz, false, big_endian(to_wire(at))});
    return *this;
}

Params& Params::add(std::span<const std::optional<std::string>> texts) {
    ArrayWriter array(oid::text, texts.size());
    for (const std::optional<std::string>& text : texts) {
        text ? array.element(*text) : array.null();
    }
    values_.push_back({oid::text_array, false, array.take()});
    return *this;
}

Params& Params::add(std::span<const std::optional<std::int64_t>> numbers) {
    ArrayWriter array(oid::int8, numbers.size());
    for (const std::optional<std::int64_t>& number : numbers) {
        number ? array.element(big_endian(*number)) : array.null();
    }
    values_.push_back({oid::int8_array, false, array.take()});
    return *this;
}

Params& Params::add(std::span<const Bytes> values) {
    ArrayWriter array(oid::bytea, values.size());
    for (const Bytes& value : values) {
        array.element(as_text(value));
    }
    values_.push_back({oid::bytea_array, false, array.take()});
    return *this;
}

Params& Params::add(std::span<const Timestamp> moments) {
    ArrayWriter array(oid::timestamptz, moments.size());
    for (const Timestamp moment : moments) {
        array.element(big_endian(to_wire(moment)));
    }
    values_.push_back({oid::timestamptz_array, false, array.take()});
    return *this;
}

Params& Params::add_null(const std::string*) {
    values_.push_back({oid::text, true, {}});
    return *this;
}

Params& Params::add_null(const std::string_view*) {
    values_.push_back({oid::text, true, {}});
    return *this;
}

Params& Params::add_null(const std::int64_t*) {
    values_.push_back({oid::int8, true, {}});
    return *this;
}

Params& Params::add_null(const bool*) {
    values_.push_back({oid::boolean, true, {}});
    return *this;
}

Params& Params::add_null(const Bytes*) {
    values_.push_back({oid::bytea, true, {}});
    return *this;
}

Params& Params::add_null(const Timestamp*) {
    values_.push_back({oid::timestamptz, true, {}});
    return *this;
}

}  // namespace rgw::pg
