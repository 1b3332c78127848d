#include "label.hpp"

#include <cstdint>

#include "rgw/base/text.hpp"
#include "rgw/mfa/enrollment.hpp"

namespace rgw::mfa {
namespace {

bool starts_character(char c) {
    return (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80;
}

}  // namespace

std::string label_or(std::string_view given, std::string_view otherwise) {
    std::string label = valid_utf8(trim(given));
    std::size_t characters = 0;
    for (std::size_t i = 0; i < label.size(); ++i) {
        characters += starts_character(label[i]) ? 1 : 0;
        if (characters > longest_label) {
            label.resize(i);
            break;
        }
    }
    return label.empty() ? std::string(otherwise) : label;
}

}  // namespace rgw::mfa
