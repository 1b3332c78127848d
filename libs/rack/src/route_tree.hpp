#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rgw/rack/route.hpp"

namespace rgw::rack {

// The routes of one method by segments, built once. Literals are tried first, then `{id}.tgz`, then
// `{id}`, then `{key*}`, falling back when what follows does not fit; so no order of rows matters.
class RouteTree {
public:
    void insert(const Route& route);

    // Segments are decoded ones. Null when nothing fits.
    [[nodiscard]] const Route* find(std::span<const std::string> segments) const;

private:
    std::vector<std::pair<std::string_view, std::unique_ptr<RouteTree>>> literals_;  // sorted
    std::vector<std::pair<std::string_view, std::unique_ptr<RouteTree>>> suffixes_;  // "{id}.tgz"
    std::unique_ptr<RouteTree> parameter_;
    const Route* rest_ = nullptr;  // "{key*}"
    const Route* here_ = nullptr;

    void insert_below(const Route& route, std::string_view pattern);
};

// One piece of a pattern: "apps", "{app}", "{id}.tgz", "{key*}" or "{server**}".
struct PatternSegment {
    std::string_view literal;  // the whole piece when it is no parameter
    std::string_view name;     // of the parameter
    std::string_view suffix;   // what must follow the parameter in the same segment
    bool rest = false;
    bool rest_may_hold_empty = false;  // "{server**}"
};

// Takes the first segment off a pattern that begins with '/'.
[[nodiscard]] PatternSegment take_segment(std::string_view& pattern);

}  // namespace rgw::rack
