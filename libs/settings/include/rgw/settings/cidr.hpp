#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/error.hpp"

namespace rgw::settings {

// An IP address; IPv4 is kept as its IPv4-mapped IPv6 address, so that both spellings are one.
class Address {
public:
    // "203.0.113.7", "2001:db8::1", "::ffff:203.0.113.7", "fe80::1%eth0" (the zone is dropped).
    [[nodiscard]] static std::optional<Address> parse(std::string_view text);
    // The usual spelling (RFC 5952); a mapped address as IPv4.
    [[nodiscard]] std::string text() const;
    bool operator==(const Address&) const = default;

private:
    friend class Cidr;
    std::array<std::uint8_t, 16> bytes_{};
};

// A range of addresses such as 10.0.0.0/8 or 2001:db8::/32. An IPv4 range holds no IPv6 address.
class Cidr {
public:
    // A bare address is the range of itself. Bits after the prefix are ignored. Error:
    // invalid_value.
    [[nodiscard]] static Result<Cidr> parse(std::string_view text);
    [[nodiscard]] bool contains(const Address& address) const;

private:
    Address network_;
    unsigned prefix_ = 128;  // of the 16 bytes
};

// "10.0.0.0/8, 2001:db8::/32". Error: invalid_value.
[[nodiscard]] Result<std::vector<Cidr>> parse_cidrs(std::string_view text);

}  // namespace rgw::settings
