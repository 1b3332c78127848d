#include "rgw/rack/env_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "rgw/base/text.hpp"

namespace rgw::rack {
namespace {

constexpr auto telling_parts = std::to_array<std::string_view>(
    {"secret", "token", "password", "passwd", "credential", "private"});

// `lower` is in lower case.
bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() &&
           std::ranges::equal(text.substr(0, lower.size()), lower, {}, ascii_lower);
}

bool ends_with_ignoring_case(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() &&
           starts_with_ignoring_case(text.substr(text.size() - lower.size()), lower);
}

// The same for both cases of a letter.
constexpr unsigned letter(char c) {
    return static_cast<unsigned char>(c) % 32U;
}

// By the first letter of a telling part, a bit for each second one.
constexpr auto second_letters = [] {
    std::array<std::uint32_t, 32> found{};
    for (const std::string_view part : telling_parts) {
        found[letter(part[0])] |= 1U << letter(part[1]);
    }
    return found;
}();

// Hardly any two letters begin a part, so that the parts themselves are rarely compared.
bool contains_telling_part(std::string_view name) {
    for (; name.size() > 1; name.remove_prefix(1)) {
        const bool may_begin = (second_letters[letter(name[0])] >> letter(name[1]) & 1U) != 0;
        if (may_begin && std::ranges::any_of(telling_parts, [&](std::string_view part) {
                return starts_with_ignoring_case(name, part);
            })) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_secret_name(const access::EnvLists& lists, std::string_view name) {
    return contains_telling_part(name) || ends_with_ignoring_case(name, "_key") ||
           ends_with_ignoring_case(name, "_key_id") || lists.secret_names.has(name);
}

// A password may hold any character, a slash or a space that should have been escaped too: only the
// end of the line ends the search for its '@'. That finds too much rather than too little.
bool holds_password(std::string_view value) {
    for (std::size_t at = value.find("://"); at != std::string_view::npos;
         at = value.find("://", at + 1)) {
        std::string_view rest = value.substr(at + 3);
        rest = rest.substr(0, rest.find('\n'));
        const std::size_t host = rest.rfind('@');
        if (host != std::string_view::npos &&
            rest.substr(0, host).find(':') != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

EnvView EnvView::of(const access::PermissionSet& held, const access::EnvLists& lists) {
    return held.has(access::Permission::convox_env_read) ? values(lists) : names();
}

bool EnvView::shows(std::string_view name, std::string_view value) const {
    return lists_ != nullptr && !is_secret_name(*lists_, name) &&
           !lists_->protected_names.has(name) && !holds_password(value);
}

}  // namespace rgw::rack
