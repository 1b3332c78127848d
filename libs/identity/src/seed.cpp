#include "rgw/identity/seed.hpp"

#include <algorithm>
#include <map>
#include <span>

#include "rgw/access/role.hpp"
#include "rgw/base/text.hpp"

namespace rgw::identity {
namespace {

constexpr std::size_t longest_email = 254;  // RFC 5321 §4.5.3.1.3, less the angle brackets

struct List {
    const std::vector<std::string>& addresses;
    access::Role role;
    std::string_view variable;
    std::string_view display_name;
};

// Adds one list's users; false when an address is none.
bool add_list(const List& list, std::map<std::string, SeedUser>& users) {
    for (const std::string& address : list.addresses) {
        const Result<std::string> email = parse_email(address);
        if (!email) {
            return false;
        }
        SeedUser& user = users[*email];
        const std::string role(access::info(list.role).name);
        if (std::ranges::find(user.roles, role) == user.roles.end()) {
            user.roles.push_back(role);
        }
        if (user.name.empty()) {
            user.email = *email;
            user.name = list.display_name;
        }
    }
    return true;
}

}  // namespace

Result<std::string> parse_email(std::string_view text) {
    std::string email = to_lower(trim(text));
    const std::size_t at = email.find('@');
    const bool whole = at != std::string::npos && at > 0 && at + 1 < email.size() &&
                       email.find('@', at + 1) == std::string::npos;
    const bool plain = std::ranges::all_of(
        email, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; });
    if (!whole || !plain || email.size() > longest_email) {
        return Error(Errc::invalid_value, "expected an e-mail address");
    }
    return email;
}

Result<std::vector<SeedUser>> seed_users(const SeedLists& lists) {
    // The most powerful first: its display name stays.
    const List all[] = {
        {lists.admin, access::Role::admin, "ADMIN_USERS", "Admin User"},
        {lists.deployer, access::Role::deployer, "DEPLOYER_USERS", "Deployer User"},
        {lists.operations, access::Role::ops, "OPERATIONS_USERS", "Ops User"},
        {lists.viewer, access::Role::viewer, "VIEWER_USERS", "Viewer User"},
    };
    std::map<std::string, SeedUser> users;
    std::string problems;
    for (const List& list : all) {
        if (!add_list(list, users)) {
            problems += problems.empty() ? "" : ", ";
            problems += list.variable;
        }
    }
    if (!problems.empty()) {
        return Error(Errc::configuration_invalid, "not an e-mail address in " + problems);
    }
    std::vector<SeedUser> out;
    out.reserve(users.size());
    for (auto& [email, user] : users) {
        out.push_back(std::move(user));
    }
    return out;
}

}  // namespace rgw::identity
