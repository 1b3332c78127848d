#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// CBOR and DER, as authenticators and their makers write them.
namespace rgw::mfa::testing {

[[nodiscard]] std::string cbor_integer(std::int64_t number);
[[nodiscard]] std::string cbor_bytes(std::string_view bytes);
[[nodiscard]] std::string cbor_text(std::string_view text);
// Of items and members that are encoded already.
[[nodiscard]] std::string cbor_array(const std::vector<std::string>& items);
using Members = std::map<std::string, std::string>;  // by name
[[nodiscard]] std::string cbor_map(const Members& members);
using Labelled = std::vector<std::pair<std::int64_t, std::string>>;
[[nodiscard]] std::string cbor_labelled(const Labelled& members);

// `identifier` is the encoded tag.
[[nodiscard]] std::string der(std::string_view identifier, std::string_view content);

}  // namespace rgw::mfa::testing
