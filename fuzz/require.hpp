#pragma once

#include <cstdlib>

namespace rgw::fuzz {

inline void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace rgw::fuzz
