#include "rgw/settings/cidr.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "rgw/base/text.hpp"

namespace rgw::settings {
namespace {

constexpr std::size_t v4_offset = 12;  // of the four bytes in a mapped address (RFC 4291 §2.5.5.2)
constexpr std::array<std::uint8_t, v4_offset> mapped_prefix{0, 0, 0, 0, 0,    0,
                                                            0, 0, 0, 0, 0xFF, 0xFF};

bool is_v4(const std::array<std::uint8_t, 16>& bytes) {
    return std::equal(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned longest) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() ||
        value > longest) {
        return std::nullopt;
    }
    return value;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
    const std::string spelled(text.substr(0, text.find('%')));
    Address address;
    if (inet_pton(AF_INET6, spelled.c_str(), address.bytes_.data()) == 1) {
        return address;
    }
    std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.bytes_.begin());
    if (spelled.size() == text.size() &&
        inet_pton(AF_INET, spelled.c_str(), address.bytes_.data() + v4_offset) == 1) {
        return address;
    }
    return std::nullopt;
}

std::string Address::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    const bool v4 = is_v4(bytes_);
    inet_ntop(v4 ? AF_INET : AF_INET6, bytes_.data() + (v4 ? v4_offset : 0), buffer.data(),
              buffer.size());
    return buffer.data();
}

Result<Cidr> Cidr::parse(std::string_view text) {
    Error bad(Errc::invalid_value, "expected an address range such as 10.0.0.0/8");
    const std::size_t slash = text.find('/');
    const std::string_view spelled = text.substr(0, slash);
    const auto address = Address::parse(spelled);
    if (!address || spelled.find('%') != std::string_view::npos) {
        return bad;
    }
    Cidr cidr;
    cidr.network_ = *address;
    if (slash == std::string_view::npos) {
        return cidr;
    }
    const bool v4 = spelled.find(':') == std::string_view::npos;
    const auto prefix = parse_prefix(text.substr(slash + 1), v4 ? 32 : 128);
    if (!prefix) {
        return bad;
    }
    cidr.prefix_ = *prefix + (v4 ? v4_offset * 8 : 0);
    return cidr;
}

bool Cidr::contains(const Address& address) const {
    const std::size_t whole = prefix_ / 8;
    if (!std::equal(network_.bytes_.begin(),
                    network_.bytes_.begin() + static_cast<std::ptrdiff_t>(whole),
                    address.bytes_.begin())) {
        return false;
    }
    const unsigned rest = prefix_ % 8;
    if (rest == 0) {
        return true;
    }
    const unsigned mask = 0xFFU & (0xFFU << (8 - rest));
    return (network_.bytes_[whole] & mask) == (address.bytes_[whole] & mask);
}

Result<std::vector<Cidr>> parse_cidrs(std::string_view text) {
    std::vector<Cidr> cidrs;
    for (const std::string& item : split_list(text)) {
        const Result<Cidr> cidr = Cidr::parse(item);
        if (!cidr) {
            return cidr.error();
        }
        cidrs.push_back(*cidr);
    }
    return cidrs;
}

}  // namespace rgw::settings
