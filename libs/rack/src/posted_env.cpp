#include "posted_env.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "env_lines.hpp"
#include "rgw/base/text.hpp"
#include "rgw/rack/env_change.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::rack {
namespace {

constexpr std::string_view line_breaks{"\n\r\0", 3};

Error refuse(std::string_view name, std::string_view why) {
    return {Errc::bad_body, std::string(name) + ": " + std::string(why)};
}

Result<PostedVar> read_line(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) {
        return Error(Errc::bad_body,
                     "env has a line that is not NAME=value; a value cannot have several lines");
    }
    return check_posted(line.substr(0, equals), line.substr(equals + 1));
}

}  // namespace

bool PostedVar::is_placeholder() const {
    return value == env_placeholder;
}

Result<PostedVar> check_posted(std::string_view name, std::string_view value) {
    const PostedVar var{.name = name, .value = value};
    if (var.is_placeholder()) {
        return var;  // it must name a variable of the base, whatever that is called
    }
    if (!is_env_name(name)) {
        return Error(Errc::bad_body,
                     "env has a name that is not letters, digits and _ . - or is over 128 bytes");
    }
    if (value.find_first_of(line_breaks) != std::string_view::npos) {
        return refuse(name,
                      "a value cannot hold a line break or a NUL: the rack would read other "
                      "variables out of it; encode it, for example as base64");
    }
    if (name.size() + value.size() >= most_env_line_bytes) {
        return refuse(name, "the value is over 60 KiB");
    }
    if (has_asterisks(value)) {
        return refuse(name,
                      "asterisks that look like a piece of the placeholder for hidden values; send "
                      "the placeholder as it was shown, or a whole new value");
    }
    if (!can_be_posted(name, value)) {
        return refuse(name, "a control character in the value, or it is not UTF-8");
    }
    return var;
}

Result<std::vector<PostedVar>> read_posted_env(std::string_view text) {
    if (text.size() > most_env_bytes) {
        return Error(Errc::bad_body, "env is over 256 KiB");
    }
    if (text.find('\0') != std::string_view::npos || text.find('\r') != std::string_view::npos) {
        return Error(Errc::bad_body, "env has a NUL or a carriage return");
    }
    std::vector<PostedVar> vars;
    std::set<std::string_view> names;
    for (; !text.empty(); text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1)) {
        const std::string_view line = text.substr(0, text.find('\n'));
        if (trim(line).empty()) {
            continue;
        }
        if (line == env_placeholder) {
            if (!vars.empty() && !vars.back().is_placeholder()) {
                return refuse(vars.back().name,
                              "the lines after it are hidden, so it cannot be "
                              "changed; send the placeholder for it");
            }
            continue;
        }
        const Result<PostedVar> var = read_line(line);
        if (!var) {
            return var.error();
        }
        if (!names.insert(var->name).second) {
            return refuse(var->name, "it is there twice");
        }
        vars.push_back(*var);
    }
    return vars;
}

}  // namespace rgw::rack
