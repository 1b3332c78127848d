#pragma once

#include <string>
#include <string_view>

// What a text in a setting may look like. Each returns "" or what is wrong with it, as the end of a
// sentence about the setting.
namespace rgw::access {

[[nodiscard]] std::string check_line(std::string_view text);
[[nodiscard]] std::string check_branch(std::string_view text);
[[nodiscard]] std::string check_repository(std::string_view text);
[[nodiscard]] std::string check_env_name(std::string_view text);
[[nodiscard]] std::string check_command(std::string_view text);
[[nodiscard]] std::string check_route(std::string_view text);
[[nodiscard]] std::string check_service(std::string_view text);
[[nodiscard]] std::string check_pattern(std::string_view text);

}  // namespace rgw::access
