#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/rack/route.hpp"

// Who created what on the rack (spec proxy-rbac §1.13), as far as a call that succeeded tells.
namespace rgw::rack {

// What the success of a row's call means: its caller created this · a build names the release it
// made, which is its builder's, whoever reads it · what the app had is gone.
enum class CreatorRule : std::uint8_t {
    none,
    app,
    build,
    release,
    object,
    process,
    release_of_build,
    app_deleted,
};
[[nodiscard]] CreatorRule creator_rule(const Route& route);
// Whether the answer's body is needed; the path says the rest.
[[nodiscard]] bool is_told_by_body(CreatorRule rule);

struct Resource {
    std::string type;  // app, build, release, object, process
    std::string app;   // "" for an app itself
    std::string id;

    bool operator==(const Resource&) const = default;
};

// What the call created, what it was made for first: a build may come with its release. Empty
// where nothing is created, or the answer is not the JSON object with plain ids of at most 255
// bytes that it must be.
[[nodiscard]] std::vector<Resource> created_resources(const Match& match, std::string_view body);

// The release a build that is read has made; "" when there is none yet, or the answer is not about
// that build, or not what it must be.
[[nodiscard]] std::string release_of_build(const Match& match, std::string_view body);

}  // namespace rgw::rack
