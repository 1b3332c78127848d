#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rgw/audit/evidence.hpp"

namespace rgw::audit {

enum class Given : std::uint8_t { no, yes };

// What this report's inputs cannot show, as sentences.
[[nodiscard]] std::vector<std::string> gaps_of(const EvidenceReport& report, Given keys,
                                               Given stored_head);

}  // namespace rgw::audit
