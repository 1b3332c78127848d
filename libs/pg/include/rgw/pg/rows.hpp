#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/base/clock.hpp"
#include "rgw/pg/params.hpp"

struct pg_result;

namespace rgw::pg {

class Rows;

// One row of an answer in binary format. get<T>(column) reads: std::string_view (valid while Rows
// lives), std::string, std::int64_t (from int2, int4, int8), bool, Bytes, Timestamp, and
// std::optional of each. A NULL read as a plain type, a wrong type or a wrong column is a bug of
// ours and throws std::logic_error.
class Row {
public:
    template <class T>
    [[nodiscard]] T get(int column) const;
    [[nodiscard]] bool is_null(int column) const;

private:
    friend class Rows;
    Row(const pg_result* result, int row) : result_(result), row_(row) {}
    const pg_result* result_;
    int row_;
};

// The answer of one statement.
class Rows {
public:
    Rows() = default;
    explicit Rows(pg_result* owned);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] Row operator[](std::size_t row) const;
    // Rows inserted, updated or deleted.
    [[nodiscard]] std::int64_t affected() const;

private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace rgw::pg
