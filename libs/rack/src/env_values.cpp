#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <functional>
#include <vector>

#include "env_lines.hpp"
#include "env_shower.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

constexpr std::size_t least_hidden_bytes = 4;

void add_lines(std::vector<std::string_view>& lines, std::string_view text) {
    for (; !text.empty(); text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1)) {
        lines.push_back(text.substr(0, text.find('\n')));
    }
}

}  // namespace

EnvValues mask_env_values(std::string_view env, const EnvView& view) {
    const EnvText text = read_env_text(env);
    EnvShower shower(text, view);
    EnvValues values;
    for (const EnvEntry& entry : text.entries) {
        const bool shown = view.shows_values() && shower.shows(entry);
        values.insert_or_assign(std::string(entry.name),
                                std::string(shown ? entry.value : env_placeholder));
    }
    return values;
}

std::string hide_env_values(std::string text, std::string_view env, const EnvView& view) {
    const EnvText read = read_env_text(env);
    EnvShower shower(read, view);
    std::vector<std::string_view> hidden;
    for (const EnvEntry& entry : read.entries) {
        if (!view.shows_values() || !shower.shows(entry)) {
            hidden.push_back(entry.value);
            add_lines(hidden, entry.more);
        }
    }
    add_lines(hidden, read.orphans);
    // The longest first: one value may be a part of another.
    std::ranges::sort(hidden, std::ranges::greater(), &std::string_view::size);
    for (const std::string_view value : hidden) {
        if (value.size() >= least_hidden_bytes) {
            boost::algorithm::replace_all(text, value, env_placeholder);
        }
    }
    return text;
}

EnvValues reveal_env_values(std::string_view env) {
    EnvValues values;
    for (const EnvEntry& entry : read_env_text(env).entries) {
        values.insert_or_assign(std::string(entry.name),
                                std::string(entry.value) + std::string(entry.more));
    }
    return values;
}

}  // namespace rgw::rack
