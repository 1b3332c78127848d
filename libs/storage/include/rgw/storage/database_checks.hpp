#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/storage/database_figures.hpp"

namespace rgw::storage {

enum class Verdict : std::uint8_t { ok, warning, critical };
[[nodiscard]] std::string_view name(Verdict verdict);

// One line of doctor. `id` and `unit` are what scripts read: they do not change.
struct Check {
    std::string_view id;
    Verdict verdict = Verdict::ok;
    std::string value;
    std::optional<double> measured;  // the value as a number, in `unit`
    std::string_view unit;
    std::string threshold;
    std::string advice;  // what to do, or what an `ok` does not say
};

// Judges by the thresholds of docs/database-setup.md; pure. `disk_bytes` is RGW_DB_DISK_BYTES.
[[nodiscard]] std::vector<Check> check_database(const DatabaseReport& report,
                                                std::optional<std::int64_t> disk_bytes);

// The check that comes first: through some poolers nothing else can be asked.
[[nodiscard]] Check pooler_check(pg::Pooling pooling);

// The worst of them; ok for none.
[[nodiscard]] Verdict worst(const std::vector<Check>& checks);

}  // namespace rgw::storage
