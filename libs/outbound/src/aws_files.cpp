#include "aws_files.hpp"

#include <fstream>

#include "aws_profile.hpp"
#include "rgw/base/text.hpp"

namespace rgw::outbound {
namespace {

constexpr std::size_t most_file_bytes = 256UL * 1024;
constexpr std::string_view default_profile = "default";

std::string_view profile_name(const AwsOptions& options) {
    return options.profile.empty() ? default_profile : std::string_view(options.profile);
}

std::string_view text_of(const AwsProfile& profile, std::string_view name) {
    const auto at = profile.find(name);
    return at == profile.end() ? std::string_view() : at->second.expose();
}

// The profile of that file; empty when file or profile is not there.
Result<AwsProfile> load_profile(const std::string& path, std::string_view name) {
    const Result<std::optional<Secret>> text = read_small_file(path);
    if (!text) {
        return text.error();
    }
    if (!*text) {
        return AwsProfile();
    }
    Result<AwsProfiles> profiles = read_profiles((*text)->expose());
    if (!profiles) {
        return Error(Errc::invalid_value, path + ": " + profiles.error().detail);
    }
    const auto at = profiles->find(name);
    return at == profiles->end() ? AwsProfile() : std::move(at->second);
}

// Ways of a profile to credentials that only AWS's own programs know.
std::string_view other_way(const AwsProfile& profile) {
    for (const std::string_view name :
         {"role_arn", "source_profile", "credential_source", "credential_process", "sso_session",
          "sso_start_url", "web_identity_token_file", "login_session"}) {
        if (profile.contains(name)) {
            return name;
        }
    }
    return {};
}

}  // namespace

Result<std::optional<Secret>> read_small_file(const std::string& path) {
    if (path.empty()) {
        return std::optional<Secret>();
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::optional<Secret>();
    }
    std::string text(most_file_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || (!file.eof() && file.gcount() == 0)) {
        return Error(Errc::invalid_value, path + ": it cannot be read");
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > most_file_bytes) {
        return Error(Errc::invalid_value, path + ": it is larger than 256 KiB");
    }
    return std::optional(Secret(std::move(text)));
}

Result<Secret> read_token_file(const std::string& path) {
    const Result<std::optional<Secret>> text = read_small_file(path);
    if (!text) {
        return text.error();
    }
    if (!*text) {
        return Error(Errc::invalid_value, path + ": it is not there, or may not be read");
    }
    std::string_view token = (*text)->expose();
    while (token.ends_with('\n') || token.ends_with('\r')) {
        token.remove_suffix(1);
    }
    token = trim(token);
    if (token.empty() || token.find_first_of("\r\n") != std::string_view::npos) {
        return Error(Errc::invalid_value, path + ": it is not one line");
    }
    return Secret(std::string(token));
}

Result<std::optional<AwsCredentials>> credentials_of_profile(const AwsOptions& options) {
    const std::string_view name = profile_name(options);
    const std::string described = "profile " + std::string(name);
    const Result<AwsProfile> keys = load_profile(options.credentials_file, name);
    if (!keys) {
        return keys.error();
    }
    AwsCredentials credentials{
        .access_key_id = std::string(text_of(*keys, "aws_access_key_id")),
        .secret_access_key = Secret(std::string(text_of(*keys, "aws_secret_access_key"))),
        .session_token = Secret(std::string(text_of(*keys, "aws_session_token")))};
    if (credentials.access_key_id.empty() != credentials.secret_access_key.empty()) {
        return Error(Errc::invalid_value, described + " has half of a key");
    }
    if (!credentials.access_key_id.empty()) {
        return std::optional(std::move(credentials));
    }
    const Result<AwsProfile> settings = load_profile(options.config_file, name);
    if (!settings) {
        return settings.error();
    }
    for (const AwsProfile* profile : {&*keys, &*settings}) {
        const std::string_view way = other_way(*profile);
        if (!way.empty()) {
            return Error(Errc::invalid_value, described + " uses " + std::string(way) +
                                                  ", which is not supported: it must have "
                                                  "aws_access_key_id and aws_secret_access_key");
        }
    }
    if (!options.profile.empty()) {
        return Error(
            Errc::invalid_value,
            described + " has no keys in " +
                (options.credentials_file.empty() ? "any file" : options.credentials_file));
    }
    return std::optional<AwsCredentials>();
}

Result<std::string> region_of_profile(const AwsOptions& options) {
    for (const std::string* file : {&options.config_file, &options.credentials_file}) {
        const Result<AwsProfile> profile = load_profile(*file, profile_name(options));
        if (!profile) {
            return profile.error();
        }
        const std::string_view region = text_of(*profile, "region");
        if (!region.empty()) {
            return std::string(region);
        }
    }
    return std::string();
}

}  // namespace rgw::outbound
