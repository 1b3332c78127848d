#include "aws_profile.hpp"

#include <algorithm>
#include <optional>

#include "rgw/base/text.hpp"

namespace rgw::outbound {
namespace {

// The profile of "[name]" or "[profile name]"; "" for a section that is none.
std::optional<std::string> profile_of(std::string_view line) {
    const std::size_t end = line.find(']');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view name = trim(line.substr(1, end - 1));
    constexpr std::string_view keyword = "profile ";
    if (name.starts_with(keyword)) {
        name = trim(name.substr(keyword.size()));
    }
    return name.find(' ') == std::string_view::npos ? std::string(name) : std::string();
}

class Reader {
public:
    Result<AwsProfiles> read(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            ++number_;
            const std::string_view wrong = take_line(text.substr(0, end));
            if (!wrong.empty()) {
                return Error(Errc::invalid_value,
                             "line " + std::to_string(number_) + ": " + std::string(wrong));
            }
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        profiles_.erase("");
        return std::move(profiles_);
    }

private:
    // What is wrong with it, or "".
    std::string_view take_line(std::string_view line) {
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        const bool nested = line.starts_with(' ') || line.starts_with('\t');
        line = trim(line);
        if (line.empty() || nested || line.front() == '#' || line.front() == ';') {
            return {};
        }
        if (line.front() == '[') {
            const std::optional<std::string> name = profile_of(line);
            if (!name) {
                return "a section without its ]";
            }
            current_ = &profiles_[*name];
            return {};
        }
        return take_setting(line);
    }

    std::string_view take_setting(std::string_view line) {
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) {
            return "neither a section nor a setting";
        }
        if (current_ == nullptr) {
            return "a setting before any section";
        }
        (*current_)[to_lower(trim(line.substr(0, equals)))] =
            Secret(std::string(trim(line.substr(equals + 1))));
        return {};
    }

    AwsProfiles profiles_;
    AwsProfile* current_ = nullptr;
    std::size_t number_ = 0;
};

}  // namespace

Result<AwsProfiles> read_profiles(std::string_view text) {
    return Reader().read(text);
}

}  // namespace rgw::outbound
