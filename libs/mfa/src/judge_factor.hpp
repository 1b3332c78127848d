#pragma once

#include <optional>

#include "denial.hpp"
#include "rgw/async/task.hpp"
#include "rgw/mfa/factor_check.hpp"

namespace rgw::mfa {

// What it looks like; nothing: a typed text that is no code of any kind.
[[nodiscard]] std::optional<FactorKind> kind_of(const ShownFactor& shown);

// Whether what is shown is a factor of the user's, and uses it up. A failure is not counted here.
async::Task<Judged<ProvenFactor>> judge(const FactorParts& parts, ShownFactor shown, Use use,
                                        Deadline deadline);

}  // namespace rgw::mfa
