#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

// What the extensions of attestation certificates hold: DER (X.690), read element by element.
namespace rgw::mfa::der {

struct Tag {
    std::uint8_t form = 0;  // the class and "constructed" bits of the identifier
    std::uint32_t number = 0;
    bool operator==(const Tag&) const = default;
};
inline constexpr Tag integer{.form = 0x00, .number = 2};
inline constexpr Tag octet_string{.form = 0x00, .number = 4};
inline constexpr Tag enumerated{.form = 0x00, .number = 10};
inline constexpr Tag sequence{.form = 0x20, .number = 16};
inline constexpr Tag set{.form = 0x20, .number = 17};
// [number] EXPLICIT
[[nodiscard]] constexpr Tag context(std::uint32_t number) {
    return {.form = 0xA0, .number = number};
}

struct Element {
    Tag tag;
    std::string_view content;
};

// Views of the bytes it was given.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    // Nothing at the end and when what follows is no element. Tags and lengths must have their
    // shortest form.
    std::optional<Element> next();
    // The content of the next element, which must have this tag.
    std::optional<std::string_view> take(Tag tag);

private:
    std::optional<Tag> read_tag();
    std::optional<std::size_t> read_length();

    std::string_view rest_;
};

// The content of the only element in `bytes`.
[[nodiscard]] std::optional<std::string_view> only(std::string_view bytes, Tag tag);
// The number of an INTEGER's content in its shortest form, of at most eight octets.
[[nodiscard]] std::optional<std::int64_t> small_integer(std::string_view content);

}  // namespace rgw::mfa::der
