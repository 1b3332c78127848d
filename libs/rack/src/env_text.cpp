#include "env_text.hpp"

#include <algorithm>

#include "env_lines.hpp"
#include "env_shower.hpp"
#include "rgw/base/text.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

// How the pieces of a masked text are written: as they are, or inside a JSON string.
struct PlainWriter {
    std::string& out;

    void newline() { out += '\n'; }
    void value(std::string_view text) { out += text; }
};

struct JsonWriter {
    std::string& out;

    void newline() { out += "\\n"; }
    void value(std::string_view text) { append_json_text(out, text); }
};

// Newlines stay, whatever stands between them goes.
template <class Writer>
void hide_lines(Writer& writer, std::string_view text) {
    while (!text.empty()) {
        if (text.front() == '\n') {
            writer.newline();
            text.remove_prefix(1);
        } else {
            writer.out += env_placeholder;
            text.remove_prefix(std::min(text.find('\n'), text.size()));
        }
    }
}

template <class Writer>
void mask(Writer writer, std::string_view env, const EnvView& view) {
    const EnvText text = read_env_text(env);
    EnvShower shower(text, view);
    std::size_t written = 0;
    for (const EnvEntry& entry : text.entries) {
        const auto begin = static_cast<std::size_t>(entry.name.data() - env.data());
        hide_lines(writer, env.substr(written, begin - written));
        writer.out += entry.name;  // its characters need no escape
        writer.out += '=';
        if (view.shows_values() && shower.shows(entry)) {
            writer.value(entry.value);
        } else {
            writer.out += env_placeholder;
        }
        written = begin + entry.name.size() + 1 + entry.value.size();
    }
    hide_lines(writer, env.substr(written));
}

}  // namespace

std::string mask_env_text(std::string_view env, const EnvView& view) {
    std::string out;
    out.reserve(env.size());
    mask(PlainWriter{out}, env, view);
    return out;
}

void append_masked_json(std::string& out, std::string_view env, const EnvView& view) {
    out += '"';
    mask(JsonWriter{out}, env, view);
    out += '"';
}

}  // namespace rgw::rack
