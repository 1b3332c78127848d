#include "route_tree.hpp"

#include <algorithm>

namespace rgw::rack {
namespace {

using Children = std::vector<std::pair<std::string_view, std::unique_ptr<RouteTree>>>;

RouteTree& child(Children& children, std::string_view key) {
    const auto at = std::ranges::lower_bound(children, key, {}, &Children::value_type::first);
    if (at != children.end() && at->first == key) {
        return *at->second;
    }
    return *children.emplace(at, key, std::make_unique<RouteTree>())->second;
}

}  // namespace

PatternSegment take_segment(std::string_view& pattern) {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view piece = pattern.substr(0, end);
    pattern.remove_prefix(end);

    PatternSegment segment;
    if (!piece.starts_with('{')) {
        segment.literal = piece;
        return segment;
    }
    const std::size_t close = piece.find('}');
    segment.name = piece.substr(1, close - 1);
    segment.suffix = piece.substr(close + 1);
    if (segment.name.ends_with('*')) {
        segment.name.remove_suffix(1);
        segment.rest = true;
    }
    if (segment.name.ends_with('*')) {
        segment.name.remove_suffix(1);
        segment.rest_may_hold_empty = true;
    }
    return segment;
}

void RouteTree::insert(const Route& route) {
    insert_below(route, route.pattern);
}

void RouteTree::insert_below(const Route& route, std::string_view pattern) {
    if (pattern.empty()) {
        here_ = &route;
        return;
    }
    const PatternSegment segment = take_segment(pattern);
    if (segment.rest) {
        rest_ = &route;
    } else if (!segment.literal.empty()) {
        child(literals_, segment.literal).insert_below(route, pattern);
    } else if (!segment.suffix.empty()) {
        child(suffixes_, segment.suffix).insert_below(route, pattern);
    } else {
        if (!parameter_) {
            parameter_ = std::make_unique<RouteTree>();
        }
        parameter_->insert_below(route, pattern);
    }
}

const Route* RouteTree::find(std::span<const std::string> segments) const {
    if (segments.empty()) {
        return here_;
    }
    const std::string_view first = segments.front();
    const auto below = segments.subspan(1);
    const auto literal =
        std::ranges::lower_bound(literals_, first, {}, &Children::value_type::first);
    if (literal != literals_.end() && literal->first == first) {
        if (const Route* route = literal->second->find(below)) {
            return route;
        }
    }
    for (const auto& [suffix, tree] : suffixes_) {
        if (first.size() > suffix.size() && first.ends_with(suffix)) {
            if (const Route* route = tree->find(below)) {
                return route;
            }
        }
    }
    if (parameter_) {
        if (const Route* route = parameter_->find(below)) {
            return route;
        }
    }
    return rest_;
}

}  // namespace rgw::rack
