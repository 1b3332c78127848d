#include "setting_rules.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "rgw/access/setting.hpp"
#include "rgw/base/text.hpp"

namespace rgw::access {
namespace {

constexpr std::size_t most_line_bytes = 255;
constexpr std::size_t most_command_bytes = 1000;
constexpr std::size_t most_env_name_bytes = 128;
constexpr std::size_t most_service_bytes = 63;  // a label of Kubernetes
constexpr std::size_t most_pattern_bytes = 512;
constexpr std::int64_t most_pattern_memory = 1
                                             << 20;  // of the compiled program; RE2's own is 8 MiB

bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
}

bool is_one_of(char c, std::string_view more) {
    return is_alnum(c) || more.find(c) != std::string_view::npos;
}

bool made_of(std::string_view text, std::string_view more) {
    return !text.empty() &&
           std::ranges::all_of(text, [more](char c) { return is_one_of(c, more); });
}

std::string too_long(std::size_t most) {
    return "is longer than " + std::to_string(most) + " bytes";
}

bool is_repository_part(std::string_view part) {
    return made_of(part, "._-") && part != "." && part != "..";
}

}  // namespace

std::string check_line(std::string_view text) {
    if (text.size() > most_line_bytes) {
        return too_long(most_line_bytes);
    }
    return has_control(text) ? "has control characters" : "";
}

// What git itself refuses (git-check-ref-format), as far as it could be read as something else.
std::string check_branch(std::string_view text) {
    const bool sound = !text.empty() && text.size() <= most_line_bytes && !has_control(text) &&
                       text.find_first_of(" ~^:?*[\\") == std::string_view::npos &&
                       text.find("..") == std::string_view::npos &&
                       text.find("//") == std::string_view::npos &&
                       text.find("@{") == std::string_view::npos && !text.starts_with('/') &&
                       !text.starts_with('-') && !text.ends_with('/') && !text.ends_with('.');
    return sound ? "" : "is no name of a git branch";
}

std::string check_repository(std::string_view text) {
    const std::size_t slash = text.find('/');
    const bool sound = text.size() <= most_line_bytes && slash != std::string_view::npos &&
                       is_repository_part(text.substr(0, slash)) &&
                       is_repository_part(text.substr(slash + 1));
    return sound ? "" : "is not of the form OWNER/REPO";
}

// As a rack takes them; spaces around a name do not count.
std::string check_env_name(std::string_view text) {
    const std::string_view name = trim(text);
    const bool sound = made_of(name, "_.-") && name.size() <= most_env_name_bytes &&
                       (name.front() < '0' || name.front() > '9') && name.front() != '.' &&
                       name.front() != '-';
    return sound ? "" : "holds a text that is no name of an environment variable";
}

std::string check_command(std::string_view text) {
    if (trim(text).empty()) {
        return "holds an empty command";
    }
    if (text.size() > most_command_bytes) {
        return "holds a command that " + too_long(most_command_bytes);
    }
    return has_control(text) ? "holds a command with control characters" : "";
}

std::string check_route(std::string_view text) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view method = text.substr(0, space);
    const std::string_view path = text.substr(std::min(space + 1, text.size()));
    const bool sound = (method == "POST" || method == "PUT" || method == "DELETE") &&
                       path.starts_with("/api/v1/") && made_of(path, "/{}_-") &&
                       text.size() <= most_line_bytes;
    return sound ? "" : "holds a text that is no route (POST /api/v1/users/{email}/lock)";
}

std::string check_service(std::string_view text) {
    const bool sound = text == "*" || (made_of(text, "_-") && text.size() <= most_service_bytes);
    return sound ? "" : "holds a key that is no name of a service and not *";
}

std::string check_pattern(std::string_view text) {
    if (text.empty()) {
        return "is empty";
    }
    if (text.size() > most_pattern_bytes) {
        return too_long(most_pattern_bytes);
    }
    // As it will be used: with a commit in the placeholder's place.
    std::string pattern(text);
    constexpr std::size_t sha_digits = 40;
    for (auto at = pattern.find(commit_placeholder); at != std::string::npos;
         at = pattern.find(commit_placeholder, at)) {
        pattern.replace(at, commit_placeholder.size(), std::string(sha_digits, '0'));
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(most_pattern_memory);
    const RE2 compiled(pattern, options);
    return compiled.ok() ? "" : "does not compile: " + compiled.error();
}

}  // namespace rgw::access
