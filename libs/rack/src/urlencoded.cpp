#include "rgw/rack/urlencoded.hpp"

#include <algorithm>

#include "rgw/base/percent.hpp"

namespace rgw::rack {
namespace {

// No route takes half as many; without a limit the search for a repeated name would be quadratic.
constexpr std::size_t max_pairs = 64;

bool decode_component(std::string_view raw, std::string& out) {
    std::string spaced(raw);
    std::ranges::replace(spaced, '+', ' ');
    return percent_decode(spaced, out);
}

}  // namespace

Result<std::vector<Pair>> parse_urlencoded(std::string_view text, Errc code, Repeated repeated) {
    std::vector<Pair> pairs;
    if (text.empty()) {
        return pairs;
    }
    if (text.find_first_of(";#") != std::string_view::npos) {
        return Error(code, "a raw ; or # between parameters");
    }
    while (true) {
        if (pairs.size() == max_pairs) {
            return Error(code, "too many parameters");
        }
        const std::size_t end = text.find('&');
        const std::string_view piece = text.substr(0, end);
        const std::size_t equals = piece.find('=');
        if (equals == std::string_view::npos || equals == 0) {
            return Error(code, "a parameter is not name=value");
        }
        Pair pair;
        if (!decode_component(piece.substr(0, equals), pair.name) ||
            !decode_component(piece.substr(equals + 1), pair.value)) {
            return Error(code, "a broken percent escape");
        }
        if (repeated == Repeated::refused &&
            std::ranges::find(pairs, pair.name, &Pair::name) != pairs.end()) {
            return Error(code, "a parameter occurs twice");
        }
        pairs.push_back(std::move(pair));
        if (end == std::string_view::npos) {
            return pairs;
        }
        text.remove_prefix(end + 1);
    }
}

std::string serialize_urlencoded(std::span<const Pair> pairs) {
    std::string out;
    for (const Pair& pair : pairs) {
        if (!out.empty()) {
            out += '&';
        }
        append_query_component(out, pair.name);
        out += '=';
        append_query_component(out, pair.value);
    }
    return out;
}

}  // namespace rgw::rack
