#include <algorithm>

#include "env_lines.hpp"
#include "env_shower.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
std::string mask_env_text(std::string_view env, const EnvView& view) {
    const EnvText text = read_env_text(env);
    EnvShower shower(text, view);
    std::string out;
    out.reserve(env.size() + env_placeholder.size() * text.entries.size());
    auto next = text.entries.begin();
    while (!env.empty()) {
        const std::size_t end = std::min(env.find('\n'), env.size());
        const std::string_view line = env.substr(0, end);
        if (next != text.entries.end() && next->name.data() == line.data()) {
            const bool shown = view.shows_values() && shower.shows(*next);
            out += next->name;
            out += '=';
            out += shown ? next->value : env_placeholder;
            ++next;
        } else if (!line.empty()) {
            out += env_placeholder;
        }
        if (end < env.size()) {
            out += '\n';
        }
        env.remove_prefix(std::min(end + 1, env.size()));
    }
    return out;
}

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

EnvValues reveal_env_values(std::string_view env) {
    EnvValues values;
    for (const EnvEntry& entry : read_env_text(env).entries) {
        values.insert_or_assign(std::string(entry.name),
                                std::string(entry.value) + std::string(entry.more));
    }
    return values;
}

}  // namespace rgw::rack
