#pragma once

#include <string>
#include <vector>

namespace rgw::test {

// Bytes on one connection, and exactly what must come of them.
struct DesyncCase {
    std::string name;
    std::string bytes;    // "{auth}" stands for a valid Authorization line
    std::string answers;  // statuses in order, then "closed", or "open" when another request works
    std::string rack;     // "METHOD target" of what the rack saw, in order, joined by ", "
};

// By family, in this order: lengths, codings, chunks, line ends, request lines, fields,
// expectations, connections, upgrades.
[[nodiscard]] std::vector<DesyncCase> desync_cases();

}  // namespace rgw::test
