#include "rgw/pg/dsn.hpp"

#include <array>
#include <span>

#include "rgw/base/text.hpp"

namespace rgw::pg {
namespace {

constexpr std::array<std::string_view, 4> by_precedence{"ADMIN_DATABASE_URL", "RGW_DATABASE_URL",
                                                        "GATEWAY_DATABASE_URL", "DATABASE_URL"};

DsnChoice first_set(const EnvLookup& environment, std::span<const std::string_view> variables) {
    for (const std::string_view variable : variables) {
        const std::optional<std::string> value = environment(variable);
        if (value && !trim(*value).empty()) {
            return {Secret(std::string(trim(*value))), variable};
        }
    }
    return {Secret(), "PG*"};
}

}  // namespace

DsnChoice server_dsn(const EnvLookup& environment) {
    return first_set(environment, std::span(by_precedence).subspan(1));
}

DsnChoice admin_dsn(const EnvLookup& environment) {
    return first_set(environment, by_precedence);
}

}  // namespace rgw::pg
