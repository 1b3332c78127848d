#include "der.hpp"

namespace rgw::mfa::der {
namespace {

constexpr std::uint8_t form_bits = 0xE0;
constexpr std::uint8_t number_bits = 0x1F;  // all set: the number follows in octets of its own
constexpr std::uint8_t more_bit = 0x80;
constexpr std::uint32_t max_tag_number = 1U << 21U;

}  // namespace

std::optional<Tag> Reader::read_tag() {
    if (rest_.empty()) {
        return std::nullopt;
    }
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    Tag tag{.form = static_cast<std::uint8_t>(first & form_bits), .number = first & 0x1FU};
    if (tag.number != number_bits) {
        return tag;
    }
    tag.number = 0;
    while (!rest_.empty()) {
        const auto octet = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        if ((tag.number == 0 && octet == more_bit) || tag.number >= max_tag_number) {
            return std::nullopt;
        }
        tag.number = tag.number << 7U | (octet & 0x7FU);
        if ((octet & more_bit) == 0) {
            return tag.number >= number_bits ? std::optional(tag) : std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> Reader::read_length() {
    if (rest_.empty()) {
        return std::nullopt;
    }
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    if (first < more_bit) {
        return first;
    }
    const std::size_t octets = first & 0x7FU;
    if (octets == 0 || octets > 2 || rest_.size() < octets) {
        return std::nullopt;  // indefinite, or more than anything of ours has
    }
    std::size_t length = 0;
    for (const char octet : rest_.substr(0, octets)) {
        length = length << 8U | static_cast<std::uint8_t>(octet);
    }
    rest_.remove_prefix(octets);
    const std::size_t smallest = octets == 1 ? more_bit : 0x100;
    return length >= smallest ? std::optional(length) : std::nullopt;
}

std::optional<Element> Reader::next() {
    const auto tag = read_tag();
    const auto length = tag ? read_length() : std::nullopt;
    if (!length || *length > rest_.size()) {
        rest_ = {};
        return std::nullopt;
    }
    const Element element{.tag = *tag, .content = rest_.substr(0, *length)};
    rest_.remove_prefix(*length);
    return element;
}

std::optional<std::string_view> Reader::take(Tag tag) {
    const auto element = next();
    return element && element->tag == tag ? std::optional(element->content) : std::nullopt;
}

std::optional<std::string_view> only(std::string_view bytes, Tag tag) {
    Reader reader(bytes);
    const auto content = reader.take(tag);
    return reader.at_end() ? content : std::nullopt;
}

std::optional<std::int64_t> small_integer(std::string_view content) {
    if (content.empty() || content.size() > sizeof(std::int64_t)) {
        return std::nullopt;
    }
    const auto first = static_cast<std::uint8_t>(content[0]);
    if (content.size() > 1) {
        const bool second_is_negative = (static_cast<std::uint8_t>(content[1]) & 0x80U) != 0;
        if ((first == 0 && !second_is_negative) || (first == 0xFF && second_is_negative)) {
            return std::nullopt;
        }
    }
    std::uint64_t number = (first & 0x80U) != 0 ? UINT64_MAX : 0;
    for (const char octet : content) {
        number = number << 8U | static_cast<std::uint8_t>(octet);
    }
    return static_cast<std::int64_t>(number);
}

}  // namespace rgw::mfa::der
