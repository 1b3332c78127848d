#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rgw/rack/route.hpp"

namespace rgw::api {

// How a rack says a process's exit code inside its output: this text, the number, a line feed (spec
// proxy-rbac §6.5).
inline constexpr std::string_view exit_code_marker = "F1E49A85-0AD7-4AEF-A618-C249C6E6568D:";

// Whether clients of this route look for one.
[[nodiscard]] bool tells_exit_code(const rack::Route& route);

// Finds the last exit code in output that passes in pieces of any size.
class ExitCodeFinder {
public:
    void see(std::span<const char> piece);
    [[nodiscard]] std::optional<int> found() const { return found_; }

private:
    void search(std::string_view text);

    std::string end_of_last_;  // as much as a marker that goes on in the next piece can have left
    std::optional<int> found_;
};

}  // namespace rgw::api
