#pragma once

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <vector>

#include "rgw/storage/database_checks.hpp"

namespace rgw::storage {

// Migrations, rights, indexes and the log; the other checks are of the server.
void add_gateway_checks(std::vector<Check>& checks, const DatabaseReport& report);

inline double seconds(std::chrono::milliseconds span) {
    return static_cast<double>(span.count()) / 1000;
}
// "0.3 s", "12 min", "3.1 h", "12 days"
inline std::string shown(std::chrono::milliseconds span) {
    const double count = seconds(span);
    return count < 60       ? fmt::format("{:.1f} s", count)
           : count < 3600   ? fmt::format("{:.0f} min", count / 60)
           : count < 172800 ? fmt::format("{:.1f} h", count / 3600)
                            : fmt::format("{:.0f} days", count / 86400);
}
// Of 10^9 bytes, as disks are sold; megabytes below one.
inline std::string gigabytes(std::int64_t bytes) {
    const auto count = static_cast<double>(bytes);
    return count < 1e9 ? fmt::format("{:.1f} MB", count / 1e6)
                       : fmt::format("{:.2f} GB", count / 1e9);
}

}  // namespace rgw::storage
