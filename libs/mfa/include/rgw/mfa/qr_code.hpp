#pragma once

#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/base/secret.hpp"

namespace rgw::mfa {

// The text as a QR code (ISO/IEC 18004, error correction M, quiet zone of four modules): one SVG
// document that is black on white whatever surrounds it, with no script and no reference. A secret,
// because the text is one. Error: invalid_value when the text is longer than a code holds.
[[nodiscard]] Result<Secret> qr_code_svg(std::string_view text);

}  // namespace rgw::mfa
