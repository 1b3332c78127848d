#include "rgw/settings/trusted_proxies.hpp"

#include <algorithm>

#include "rgw/base/text.hpp"

namespace rgw::settings {
namespace {

bool is_trusted(const Address& address, std::span<const Cidr> trusted) {
    return std::ranges::any_of(trusted, [&](const Cidr& cidr) { return cidr.contains(address); });
}

// An entry as proxies write it: an address, with a port behind it ("[2001:db8::1]:443" for IPv6) or
// not.
std::optional<Address> parse_entry(std::string_view entry) {
    if (entry.starts_with('[')) {
        return Address::parse(entry.substr(1, std::min(entry.find(']'), entry.size()) - 1));
    }
    if (std::ranges::count(entry, ':') == 1) {
        entry = entry.substr(0, entry.find(':'));
    }
    return Address::parse(entry);
}

}  // namespace

std::string client_address(std::string_view peer, std::optional<std::string_view> x_forwarded_for,
                           std::span<const Cidr> trusted) {
    std::optional<Address> client = Address::parse(peer);
    if (!client) {
        return std::string(peer);
    }
    std::string_view rest = x_forwarded_for.value_or(std::string_view());
    while (!rest.empty() && is_trusted(*client, trusted)) {
        const std::size_t comma = rest.rfind(',');
        const std::size_t start = comma == std::string_view::npos ? 0 : comma + 1;
        const std::optional<Address> hop = parse_entry(trim(rest.substr(start)));
        if (!hop) {
            break;
        }
        client = hop;
        rest = rest.substr(0, start == 0 ? 0 : comma);
    }
    return client->text();
}

}  // namespace rgw::settings
