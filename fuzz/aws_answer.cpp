#include "aws_answer.hpp"

#include <algorithm>
#include <string>

#include "aws_profile.hpp"
#include "require.hpp"
#include "rgw/base/percent.hpp"
#include "rgw/base/text.hpp"
#include "targets.hpp"

namespace rgw::fuzz {
namespace {

using namespace rgw::outbound;

void refused(const Error& error) {
    require(error.code == Errc::invalid_value && !error.detail.empty());
}

// What is shown to people is bounded text without control characters.
void shown(std::string_view text, std::size_t limit) {
    require(text.size() <= limit && std::ranges::none_of(text, is_control_character));
    require(valid_utf8(text) == text);
}

void check_complaint(std::string_view xml) {
    const AwsComplaint complaint = read_complaint(xml);
    shown(complaint.code, 64);
    shown(complaint.message, 300);
    shown(complaint.region, 64);
}

void check_listing(std::string_view xml) {
    const auto keys = read_listing(xml);
    if (!keys) {
        refused(keys.error());
        return;
    }
    require(keys->size() <= 1000);
    for (const std::string& key : *keys) {
        require(!key.empty() && key.size() <= 1024);
    }
}

void check_credentials(const Result<AwsCredentials>& credentials) {
    if (!credentials) {
        refused(credentials.error());
        return;
    }
    require(!credentials->access_key_id.empty() && !credentials->secret_access_key.empty());
    require(credentials->expires_at.has_value());
}

void check_profiles(std::string_view text) {
    const auto profiles = read_profiles(text);
    if (!profiles) {
        refused(profiles.error());
        require(profiles.error().detail.starts_with("line "));
        return;
    }
    for (const auto& [name, profile] : *profiles) {
        require(!name.empty() && name.find('\n') == std::string::npos);
        for (const auto& [setting, value] : profile) {
            require(setting == to_lower(setting));
            require(text.find(value.expose()) != std::string_view::npos);
        }
    }
}

}  // namespace

void aws_answer(std::string_view input) {
    if (input.empty()) {
        return;
    }
    const auto choice = static_cast<unsigned char>(input.front());
    input.remove_prefix(1);
    switch (choice % 5) {
        case 0:
            check_complaint(input);
            break;
        case 1:
            check_listing(input);
            break;
        case 2:
            check_credentials(read_assumed_role(input));
            break;
        case 3:
            check_credentials(read_credentials(input));
            break;
        default:
            check_profiles(input);
    }
}

}  // namespace rgw::fuzz
