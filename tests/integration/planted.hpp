#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rgw::test {

// Values nobody can write by accident: each holds a core that is searched for in everything that
// comes out. The cores are letters and digits, so that no escaping hides one.
class Markers {
public:
    explicit Markers(unsigned seed) : random_(seed) {}

    // A new core; `label` says what it stands for.
    std::string core(const std::string& label) {
        static constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
        std::string text(tag);
        for (std::size_t i = 0; i < tail_bytes; ++i) {
            text += alphabet[random_() % alphabet.size()];
        }
        labels_[text] = label;
        return text;
    }

    // Labels of all that stands in the text, in whatever case, in hexadecimal too; a part of one
    // is told as it stands there.
    [[nodiscard]] std::set<std::string> found(std::string text) const {
        std::ranges::transform(text, text.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        std::set<std::string> labels;
        for (std::size_t at = text.find(tag); at != std::string::npos;
             at = text.find(tag, at + 1)) {
            const std::string core = text.substr(at, tag.size() + tail_bytes);
            const auto known = labels_.find(core);
            labels.insert(known == labels_.end() ? "a part: " + core : known->second);
        }
        if (text.find(tag_in_hex) != std::string::npos) {
            labels.insert("in hexadecimal");
        }
        return labels;
    }

private:
    static constexpr std::string_view tag = "qzjxwvk";
    static constexpr std::string_view tag_in_hex = "717a6a7877766b";
    static constexpr std::size_t tail_bytes = 16;
    std::mt19937 random_;
    std::map<std::string, std::string> labels_;
};

// A core in the shape of what people keep in an environment.
[[nodiscard]] inline std::string shaped(std::size_t kind, const std::string& core) {
    switch (kind % 10) {
        case 0:
            return core;
        case 1:
            return "Ab9/" + core + "+Zq0==";
        case 2:
            return R"({"k":")" + core + R"(","x":[1,"\u0041"]}\)";
        case 3:
            return "\xC3\xA9\xE6\xBC\xA2\xE2\x80\xA8" + core + "\xF0\x9F\x98\x80";
        case 4:
            return "postgres://u:" + core + "@db:5432/x?y=z#f";
        case 5:
            return "LOG_LEVEL=" + core + "#x";
        case 6:
            return std::string(2000, 'x') + core;
        case 7:
            return "  'a b' \"" + core + "\"\t$(id) %41 &lt;";
        case 8:
            return "********" + core;
        default:
            return "\x01\x1b[2J" + core;
    }
}

struct Variable {
    std::string name;
    std::string value;
};

[[nodiscard]] inline std::string text_of(const std::vector<Variable>& variables) {
    std::string text;
    for (const Variable& variable : variables) {
        text += variable.name + "=" + variable.value + "\n";
    }
    return text;
}

}  // namespace rgw::test
