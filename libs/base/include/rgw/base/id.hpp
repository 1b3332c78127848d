#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace rgw {

// A database key that cannot be mistaken for another table's.
template <class Tag>
struct Id {
    std::int64_t value = 0;
    auto operator<=>(const Id&) const = default;
};

using UserId = Id<struct UserTag>;
using ApiTokenId = Id<struct ApiTokenTag>;
using SessionId = Id<struct SessionTag>;

}  // namespace rgw

template <class Tag>
struct std::hash<rgw::Id<Tag>> {
    std::size_t operator()(const rgw::Id<Tag>& id) const noexcept {
        return std::hash<std::int64_t>{}(id.value);
    }
};
