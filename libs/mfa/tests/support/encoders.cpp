#include "rgw/mfa_testing/encoders.hpp"

namespace rgw::mfa::testing {
namespace {

std::string head(unsigned major, std::uint64_t argument) {
    const auto first = static_cast<unsigned>(major << 5U);
    if (argument < 24) {
        return {static_cast<char>(first | argument)};
    }
    unsigned width = 0;  // 2^width octets
    while (width < 3 && argument >> (8U << width) != 0) {
        ++width;
    }
    std::string out{static_cast<char>(first | (24U + width))};
    for (unsigned octets = 1U << width; octets > 0; --octets) {
        out += static_cast<char>(argument >> (8U * (octets - 1)) & 0xFFU);
    }
    return out;
}

}  // namespace

std::string cbor_integer(std::int64_t number) {
    return number >= 0 ? head(0, static_cast<std::uint64_t>(number))
                       : head(1, static_cast<std::uint64_t>(-1 - number));
}

std::string cbor_bytes(std::string_view bytes) {
    return head(2, bytes.size()) + std::string(bytes);
}

std::string cbor_text(std::string_view text) {
    return head(3, text.size()) + std::string(text);
}

std::string cbor_array(const std::vector<std::string>& items) {
    std::string out = head(4, items.size());
    for (const std::string& item : items) {
        out += item;
    }
    return out;
}

std::string cbor_map(const Members& members) {
    std::string out = head(5, members.size());
    for (const auto& [name, value] : members) {
        out += cbor_text(name) + value;
    }
    return out;
}

std::string cbor_labelled(const Labelled& members) {
    std::string out = head(5, members.size());
    for (const auto& [label, value] : members) {
        out += cbor_integer(label) + value;
    }
    return out;
}

std::string der(std::string_view identifier, std::string_view content) {
    std::string length;
    if (content.size() < 0x80) {
        length = {static_cast<char>(content.size())};
    } else if (content.size() < 0x100) {
        length = {'\x81', static_cast<char>(content.size())};
    } else {
        length = {'\x82', static_cast<char>(content.size() >> 8U),
                  static_cast<char>(content.size() & 0xFFU)};
    }
    return std::string(identifier) + length + std::string(content);
}

}  // namespace rgw::mfa::testing
