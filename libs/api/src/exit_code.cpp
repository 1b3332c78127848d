#include "exit_code.hpp"

#include <algorithm>
#include <charconv>

namespace rgw::api {
namespace {

// The marker, a sign, the digits of an int and the line feed.
constexpr std::size_t longest = exit_code_marker.size() + 12;

}  // namespace

bool tells_exit_code(const rack::Route& route) {
    return route.permission == access::Permission::convox_process_exec ||
           route.permission == access::Permission::convox_instance_shell;
}

void ExitCodeFinder::see(std::span<const char> piece) {
    const std::string_view text(piece.data(), piece.size());
    if (!end_of_last_.empty()) {
        search(end_of_last_ + std::string(text.substr(0, longest)));
    }
    search(text);
    end_of_last_ += text.substr(text.size() - std::min(text.size(), longest));
    end_of_last_.erase(0, end_of_last_.size() - std::min(end_of_last_.size(), longest - 1));
}

void ExitCodeFinder::search(std::string_view text) {
    const std::size_t at = text.rfind(exit_code_marker);
    if (at == std::string_view::npos) {
        return;
    }
    const std::string_view digits = text.substr(at + exit_code_marker.size());
    int code = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code);
    if (error == std::errc() && end != digits.data() + digits.size() && *end == '\n') {
        found_ = code;
    }
}

}  // namespace rgw::api
