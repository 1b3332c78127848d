#include "aws_region.hpp"

#include <algorithm>

namespace rgw::outbound {

bool valid_region(std::string_view region) {
    constexpr std::size_t longest = 40;
    return !region.empty() && region.size() <= longest && std::ranges::all_of(region, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

std::string aws_host(std::string_view service, std::string_view region) {
    const std::string_view suffix =
        region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
    return std::string(service).append(".").append(region).append(suffix);
}

}  // namespace rgw::outbound
