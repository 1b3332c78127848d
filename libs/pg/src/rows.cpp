#include "rgw/pg/rows.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <initializer_list>
#include <stdexcept>

#include "oid.hpp"
#include "timestamp.hpp"

namespace rgw::pg {
namespace {

[[noreturn]] void misread(const pg_result* result, int column, std::string_view wanted) {
    const char* name = PQfname(result, column);
    throw std::logic_error(
        "column " + std::to_string(column) + " (" + (name != nullptr ? name : "no such column") +
        ", type " + std::to_string(PQftype(result, column)) + ") read as " + std::string(wanted));
}

// The bytes of a cell that must be there and of one of these types.
std::string_view cell(const pg_result* result, int row, int column,
                      std::initializer_list<Oid> types, std::string_view wanted) {
    if (column < 0 || column >= PQnfields(result) || PQgetisnull(result, row, column) != 0) {
        misread(result, column, wanted);
    }
    const Oid type = PQftype(result, column);
    for (const Oid accepted : types) {
        if (type == accepted) {
            return {PQgetvalue(result, row, column),
                    static_cast<std::size_t>(PQgetlength(result, row, column))};
        }
    }
    misread(result, column, wanted);
}

// Sign-extends a big-endian number of 1 to 8 bytes.
std::int64_t read_integer(std::string_view bytes) {
    std::uint64_t bits = static_cast<signed char>(bytes.front()) < 0 ? ~std::uint64_t{0} : 0;
    for (const char c : bytes) {
        bits = bits << 8U | static_cast<unsigned char>(c);
    }
    return static_cast<std::int64_t>(bits);
}

template <class T>
struct Read;

template <>
struct Read<std::string_view> {
    static std::string_view from(const pg_result* result, int row, int column) {
        return cell(result, row, column,
                    {oid::text, oid::varchar, oid::bpchar, oid::name, oid::json, oid::unknown},
                    "text");
    }
};

template <>
struct Read<std::string> {
    static std::string from(const pg_result* result, int row, int column) {
        return std::string(Read<std::string_view>::from(result, row, column));
    }
};

template <>
struct Read<std::int64_t> {
    static std::int64_t from(const pg_result* result, int row, int column) {
        return read_integer(
            cell(result, row, column, {oid::int8, oid::int4, oid::int2}, "an integer"));
    }
};

template <>
struct Read<bool> {
    static bool from(const pg_result* result, int row, int column) {
        return cell(result, row, column, {oid::boolean}, "bool").front() != '\0';
    }
};

template <>
struct Read<Bytes> {
    static Bytes from(const pg_result* result, int row, int column) {
        const std::string_view bytes = cell(result, row, column, {oid::bytea}, "bytes");
        const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
        return {first, first + bytes.size()};
    }
};

template <>
struct Read<Timestamp> {
    static Timestamp from(const pg_result* result, int row, int column) {
        return from_wire(
            read_integer(cell(result, row, column, {oid::timestamptz}, "a timestamp")));
    }
};

template <class T>
struct Read<std::optional<T>> {
    static std::optional<T> from(const pg_result* result, int row, int column) {
        if (column >= 0 && column < PQnfields(result) && PQgetisnull(result, row, column) != 0) {
            return std::nullopt;
        }
        return Read<T>::from(result, row, column);
    }
};

}  // namespace

template <class T>
T Row::get(int column) const {
    return Read<T>::from(result_, row_, column);
}

template std::string_view Row::get<std::string_view>(int) const;
template std::string Row::get<std::string>(int) const;
template std::int64_t Row::get<std::int64_t>(int) const;
template bool Row::get<bool>(int) const;
template Bytes Row::get<Bytes>(int) const;
template Timestamp Row::get<Timestamp>(int) const;
template std::optional<std::string_view> Row::get<std::optional<std::string_view>>(int) const;
template std::optional<std::string> Row::get<std::optional<std::string>>(int) const;
template std::optional<std::int64_t> Row::get<std::optional<std::int64_t>>(int) const;
template std::optional<bool> Row::get<std::optional<bool>>(int) const;
template std::optional<Bytes> Row::get<std::optional<Bytes>>(int) const;
template std::optional<Timestamp> Row::get<std::optional<Timestamp>>(int) const;

bool Row::is_null(int column) const {
    if (column < 0 || column >= PQnfields(result_)) {
        misread(result_, column, "anything");
    }
    return PQgetisnull(result_, row_, column) != 0;
}

Rows::Rows(pg_result* owned) : result_(owned) {}

std::size_t Rows::size() const {
    return result_ ? static_cast<std::size_t>(PQntuples(result_.get())) : 0;
}

Row Rows::operator[](std::size_t row) const {
    if (row >= size()) {
        throw std::logic_error("row " + std::to_string(row) + " of " + std::to_string(size()));
    }
    return {result_.get(), static_cast<int>(row)};
}

std::int64_t Rows::affected() const {
    std::int64_t count = 0;
    if (result_) {
        const std::string_view text = PQcmdTuples(result_.get());
        std::from_chars(text.data(), text.data() + text.size(), count);
    }
    return count;
}

void Rows::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

}  // namespace rgw::pg
