#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace rgw::http {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7), written once a second. For one loop.
class HttpDate {
public:
    [[nodiscard]] std::string_view now();

private:
    std::time_t second_ = 0;
    std::string text_;
};

[[nodiscard]] std::string imf_fixdate(std::time_t at);

}  // namespace rgw::http
