#include "http_date.hpp"

#include <fmt/format.h>

#include <array>

namespace rgw::http {

std::string imf_fixdate(std::time_t at) {
    constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    ::gmtime_r(&at, &utc);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                       months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                       utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string_view HttpDate::now() {
    std::timespec coarse{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &coarse);
    if (coarse.tv_sec != second_ || text_.empty()) {
        second_ = coarse.tv_sec;
        text_ = imf_fixdate(second_);
    }
    return text_;
}

}  // namespace rgw::http
