#include <algorithm>
#include <charconv>
#include <cstdint>

#include "rgw/base/percent.hpp"
#include "rgw/rack/route.hpp"
#include "rgw/rack/urlencoded.hpp"
#include "route_tree.hpp"

namespace rgw::rack {
namespace {

constexpr std::size_t longest_value = 4096;

struct MethodTree {
    std::string_view method;
    RouteTree tree;
};

std::vector<MethodTree> build_trees() {
    std::vector<MethodTree> trees;
    for (const Route& route : routes()) {
        auto at = std::ranges::find(trees, route.method, &MethodTree::method);
        if (at == trees.end()) {
            at = trees.insert(trees.end(), MethodTree{.method = route.method, .tree = {}});
        }
        at->tree.insert(route);
    }
    return trees;
}

const Route* find_route(std::string_view method, std::span<const std::string> segments) {
    static const std::vector<MethodTree> trees = build_trees();
    const auto at = std::ranges::find(trees, method, &MethodTree::method);
    return at == trees.end() ? nullptr : at->tree.find(segments);
}

// What no segment may be once decoded: the rack would read it as another path (spec §7, 1).
bool is_dangerous(std::string_view segment) {
    if (segment == "." || segment == "..") {
        return true;
    }
    return std::ranges::any_of(segment, [](char c) {
        return is_control_character(c) || c == '/' || c == '\\' || c == '?' || c == '#' ||
               c == '%' || c == ';';
    });
}

Result<std::vector<std::string>> decode_segments(std::string_view path) {
    if (!path.starts_with('/')) {
        return Error(Errc::bad_target, "the path does not begin with /");
    }
    std::vector<std::string> segments;
    segments.reserve(8);
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::size_t end = std::min(path.find('/'), path.size());
        std::string& segment = segments.emplace_back();
        if (!percent_decode(path.substr(0, end), segment)) {
            return Error(Errc::bad_target, "a broken percent escape in the path");
        }
        if (is_dangerous(segment)) {
            return Error(Errc::bad_target, "a path segment is dotted or holds a delimiter");
        }
        path.remove_prefix(end);
    }
    return segments;
}

std::string encode_path(std::span<const std::string> segments, std::size_t about) {
    std::string path;
    path.reserve(about);
    for (const std::string& segment : segments) {
        path += '/';
        append_path_segment(path, segment);
    }
    return path;
}

std::string join(std::span<const std::string> segments) {
    std::string text;
    for (const std::string& segment : segments) {
        text += text.empty() ? "" : "/";
        text += segment;
    }
    return text;
}

// Empty segments belong to a rest that may hold them and nowhere else.
bool has_misplaced_empty(const Route* route, std::span<const std::string> segments) {
    const auto first_empty = std::ranges::find(segments, std::string());
    if (first_empty == segments.end()) {
        return false;
    }
    std::string_view pattern = route == nullptr ? std::string_view() : route->pattern;
    for (auto at = segments.begin(); !pattern.empty() && at <= first_empty; ++at) {
        if (take_segment(pattern).rest_may_hold_empty) {
            return at == first_empty;  // it would begin with one
        }
    }
    return true;
}

// What a {port} is; every other parameter is any clean segment.
bool is_port(std::string_view text) {
    std::uint32_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

void collect_params(Match& match, std::span<const std::string> segments) {
    std::string_view pattern = match.route->pattern;
    match.params.reserve(segments.size() / 2);
    for (std::size_t i = 0; !pattern.empty(); ++i) {
        const PatternSegment piece = take_segment(pattern);
        if (piece.rest) {
            match.params.emplace_back(piece.name, join(segments.subspan(i)));
        } else if (!piece.name.empty()) {
            const std::string_view value = segments[i];
            match.params.emplace_back(piece.name,
                                      value.substr(0, value.size() - piece.suffix.size()));
        }
    }
}

// A value that a rack could read as something else is none.
bool is_acceptable(std::string_view name, std::string_view value) {
    const auto all = [value](std::string_view more) {
        return std::ranges::all_of(value, [more](char c) {
            return (c >= '0' && c <= '9') || more.find(c) != std::string_view::npos;
        });
    };
    if (name == "limit" || name == "period" || name == "n") {
        return !value.empty() && value.size() <= 9 && all("");
    }
    if (name == "all") {
        return value == "true" || value == "false";
    }
    if (name == "start" || name == "end") {
        return value.size() <= 40 && all(".-:+TZ");
    }
    return value.size() <= longest_value && std::ranges::none_of(value, is_control_character);
}

Result<std::string> canonical_query(std::string_view raw, const Route& route) {
    if (raw.empty()) {
        return std::string();
    }
    const auto pairs = parse_urlencoded(raw, Errc::bad_query);
    if (!pairs) {
        return pairs.error();
    }
    for (const Pair& pair : *pairs) {
        if (std::ranges::find(route.query, pair.name) == route.query.end()) {
            return Error(Errc::bad_query, "a parameter this route does not take");
        }
        if (!is_acceptable(pair.name, pair.value)) {
            return Error(Errc::bad_query, "a value this parameter does not take");
        }
    }
    return "?" + serialize_urlencoded(*pairs);
}

}  // namespace

Result<Match> match(std::string_view method, std::string_view target) {
    const std::size_t question = std::min(target.find('?'), target.size());
    const auto segments = decode_segments(target.substr(0, question));
    if (!segments) {
        return segments.error();
    }
    Match match;
    match.route = find_route(method, *segments);
    if (has_misplaced_empty(match.route, *segments)) {
        return Error(Errc::bad_target, "an empty path segment");
    }
    if (match.route == nullptr) {
        return Error(Errc::route_unknown);
    }
    auto query =
        canonical_query(target.substr(std::min(question + 1, target.size())), *match.route);
    if (!query) {
        return query.error();
    }
    match.path = encode_path(*segments, question);
    match.query = std::move(*query);
    collect_params(match, *segments);
    const std::string_view port = match.param("port");
    if (!port.empty() && !is_port(port)) {
        return Error(Errc::bad_target, "a port is a number from 1 to 65535");
    }
    return match;
}

std::string_view Match::param(std::string_view name) const {
    const auto at = std::ranges::find(params, name, [](const auto& param) { return param.first; });
    return at == params.end() ? std::string_view() : std::string_view(at->second);
}

std::string Match::audit_resource() const {
    switch (route->resource) {
        case AuditResource::all:
            return "all";
        case AuditResource::app:
            return std::string(param("app"));
        case AuditResource::last_id:
            return params.back().second;
        case AuditResource::first_id:
            return params.front().second;
        case AuditResource::object_key:
            return std::string(param("key"));
        case AuditResource::fixed:
            return std::string(access::audit_resource_type(route->permission));
    }
    return {};
}

}  // namespace rgw::rack
