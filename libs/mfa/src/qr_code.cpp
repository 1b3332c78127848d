#include "rgw/mfa/qr_code.hpp"

#include <qrencode.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>

#include "rgw/base/releases.hpp"

namespace rgw::mfa {
namespace {

using Code = std::unique_ptr<QRcode, Releases<QRcode_free>>;

constexpr int quiet_zone = 4;
constexpr int case_matters = 1;

Result<Code> encoded(std::string_view text) {
    if (text.empty() || text.find('\0') != std::string_view::npos) {
        return Error(Errc::invalid_value, "QR code: empty, or with a NUL");
    }
    const Secret terminated{std::string(text)};  // with the NUL that libqrencode looks for
    Code code(
        QRcode_encodeString(terminated.expose().data(), 0, QR_ECLEVEL_M, QR_MODE_8, case_matters));
    if (code) {
        return code;
    }
    if (errno == ERANGE) {
        return Error(Errc::invalid_value, "QR code: the text is too long");
    }
    throw std::runtime_error("libqrencode fails");
}

// One rectangle per run of dark modules in a row.
std::string dark_path(const QRcode& code) {
    std::string path;
    const auto is_dark = [&](int x, int y) { return (code.data[y * code.width + x] & 1U) != 0; };
    for (int y = 0; y < code.width; ++y) {
        for (int x = 0; x < code.width; ++x) {
            int run = 0;
            while (x + run < code.width && is_dark(x + run, y)) {
                ++run;
            }
            if (run > 0) {
                const std::string length = std::to_string(run);
                path.append("M").append(std::to_string(x + quiet_zone));
                path.append(" ").append(std::to_string(y + quiet_zone));
                path.append("h").append(length).append("v1h-").append(length).append("z");
                x += run;
            }
        }
    }
    return path;
}

}  // namespace

Result<Secret> qr_code_svg(std::string_view text) {
    const Result<Code> code = encoded(text);
    if (!code) {
        return code.error();
    }
    const std::string size = std::to_string((*code)->width + 2 * quiet_zone);
    std::string svg = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )";
    svg += size + ' ' + size + R"(" shape-rendering="crispEdges"><rect width=")";
    svg += size + R"(" height=")" + size + R"(" fill="#fff"/><path fill="#000" d=")";
    svg += dark_path(**code) + R"("/></svg>)";
    return Secret(std::move(svg));
}

}  // namespace rgw::mfa
