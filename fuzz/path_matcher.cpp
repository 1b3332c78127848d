#include <array>
#include <string>

#include "require.hpp"
#include "rgw/rack/route.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

constexpr std::array<std::string_view, 8> methods = {"GET",   "POST", "PUT",     "DELETE",
                                                     "PATCH", "HEAD", "OPTIONS", "SOCKET"};

// What a rack that decodes a path and splits it afterwards must not find in it.
void check_path(const rack::Match& match) {
    require(match.path.starts_with('/'));
    const bool registry = match.route->pattern.starts_with("/registries/{");
    require(registry || match.path.find("//") == std::string::npos);
    require((match.path + "/").find("/../") == std::string::npos);
    require((match.path + "/").find("/./") == std::string::npos);
    for (const char forbidden : {'?', '#', '\\', ';', ' ', '\0'}) {
        require(match.path.find(forbidden) == std::string::npos);
    }
    for (std::size_t at = match.path.find('%'); at != std::string::npos;
         at = match.path.find('%', at + 1)) {
        const std::string code = match.path.substr(at + 1, 2);
        for (const char* decoded : {"2F", "5C", "3F", "23", "25", "3B", "00", "0A", "0D", "2E"}) {
            require(code != decoded);
        }
    }
}

}  // namespace

// The first byte chooses the method; the rest is the target.
void path_matcher(std::string_view input) {
    if (input.empty()) {
        return;
    }
    const std::string_view method =
        methods[static_cast<unsigned char>(input.front()) % methods.size()];
    const auto first = rack::match(method, input.substr(1));
    if (!first) {
        return;
    }
    check_path(*first);
    (void)first->audit_resource();
    const auto second = rack::match(method, first->path + first->query);
    require(second.has_value());
    require(second->route == first->route && second->path == first->path);
    require(second->query == first->query && second->params == first->params);
}

}  // namespace rgw::fuzz
