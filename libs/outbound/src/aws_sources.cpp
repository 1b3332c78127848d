#include "aws_sources.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "aws_answer.hpp"
#include "aws_files.hpp"
#include "aws_region.hpp"
#include "rgw/base/percent.hpp"
#include "rgw/base/text.hpp"
#include "transfer.hpp"
#include "tries.hpp"

namespace rgw::outbound {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view metadata_address = "http://169.254.169.254";
constexpr std::string_view ecs_address = "http://169.254.170.2";
constexpr std::string_view role_path = "/latest/meta-data/iam/security-credentials/";
constexpr std::string_view environment_source = "the environment";
constexpr std::string_view web_identity_source = "the web identity";
constexpr std::string_view profile_source = "a profile";
constexpr std::string_view container_source = "the container";
constexpr std::string_view metadata_source = "instance metadata";

constexpr std::string_view session_name = "rack-gateway";
constexpr auto first_wait = 100ms;
constexpr auto near_connect = 1s;  // what is on this machine answers soon or is not there

Error failure(std::string_view source, const std::string& why) {
    return {Errc::object_storage_unavailable,
            "AWS credentials from " + std::string(source) + ": " + why};
}

// One source that is asked with HTTP.
class Asking {
public:
    Asking(std::string_view source, const std::string& ca_file, Deadline deadline,
           const Stopping& stopping)
        : source_(source), conditions_{ca_file, deadline, stopping} {}

    // An answer of status 200.
    [[nodiscard]] Result<std::string> ask(const Call& call) const {
        Tries tries(first_wait, conditions_.deadline, conditions_.stopping);
        while (true) {
            auto answer = transfer(call, conditions_);
            const bool passes =
                answer ? answer->status >= 500 || answer->status == 429 : answer.error().passes;
            if (passes && tries.again()) {
                continue;
            }
            if (!answer) {
                return failure(source_, answer.error().why);
            }
            if (answer->status != 200) {
                return failure(source_, refusal(*answer));
            }
            return std::move(answer->body);
        }
    }

    template <class Read>
    [[nodiscard]] Result<AwsCredentials> credentials(const Call& call, Read read) const {
        const Result<std::string> body = ask(call);
        if (!body) {
            return body.error();
        }
        Result<AwsCredentials> credentials = read(*body);
        if (!credentials) {
            return failure(source_, credentials.error().detail);
        }
        return credentials;
    }

private:
    // The code, not the message: what was sent to a source is a secret, and it might repeat that.
    static std::string refusal(const Answer& answer) {
        const std::string code = read_complaint(answer.body).code;
        const bool plain = std::ranges::all_of(code, [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.';
        });
        return "status " + std::to_string(answer.status) +
               (code.empty() || !plain ? "" : ", " + code);
    }

    std::string_view source_;
    Conditions conditions_;
};

Call near_call(std::string url) {
    Call call;
    call.url = std::move(url);
    call.longest_connect = near_connect;
    call.proxy = Proxy::none;
    return call;
}

Result<AwsCredentials> from_environment(const AwsOptions& options) {
    // Mounted from a file these often end with a line.
    const auto clean = [](std::string_view value) {
        const std::size_t end = value.find_last_not_of(" \t\r\n");
        return std::string(value.substr(0, end == std::string_view::npos ? 0 : end + 1));
    };
    AwsCredentials credentials{
        .access_key_id = clean(options.access_key_id),
        .secret_access_key = Secret(clean(options.secret_access_key.expose())),
        .session_token = Secret(clean(options.session_token.expose()))};
    if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
        return failure(environment_source,
                       "AWS_ACCESS_KEY_ID goes together with AWS_SECRET_ACCESS_KEY");
    }
    return credentials;
}

Result<AwsCredentials> from_web_identity(const AwsOptions& options, const std::string& region,
                                         const Asking& asking) {
    if (options.web_identity_token_file.empty() || options.role_arn.empty()) {
        return failure(web_identity_source,
                       "AWS_WEB_IDENTITY_TOKEN_FILE goes together with AWS_ROLE_ARN");
    }
    if (options.sts_endpoint.empty() && region.empty()) {
        return failure(web_identity_source, "AWS_REGION is needed to reach STS");
    }
    const Result<Secret> token = read_token_file(options.web_identity_token_file);
    if (!token) {
        return failure(web_identity_source, token.error().detail);
    }
    std::string form = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=";
    append_query_component(form, options.role_arn);
    form += "&RoleSessionName=";
    append_query_component(form, options.role_session_name.empty()
                                     ? session_name
                                     : std::string_view(options.role_session_name));
    form += "&WebIdentityToken=";
    append_query_component(form, token->expose());
    const Secret body(std::move(form));
    Call call;
    call.method = "POST";
    call.url = options.sts_endpoint.empty() ? "https://" + aws_host("sts", region) + "/"
                                            : options.sts_endpoint;
    call.fields.push_back(
        {.name = "Content-Type", .value = Secret("application/x-www-form-urlencoded")});
    call.body = body.expose();
    return asking.credentials(call, read_assumed_role);
}

Result<AwsCredentials> from_container(const AwsOptions& options, const Asking& asking) {
    const bool relative = !options.container_relative_uri.empty();
    const std::string uri = relative ? std::string(ecs_address) + options.container_relative_uri
                                     : options.container_full_uri;
    if (relative ? !options.container_relative_uri.starts_with('/') : !is_container_address(uri)) {
        return failure(container_source,
                       relative ? "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is no path"
                                : "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither on this "
                                  "machine nor of ECS or EKS");
    }
    Call call = near_call(uri);
    Secret token = options.container_token;
    if (!options.container_token_file.empty()) {
        Result<Secret> read = read_token_file(options.container_token_file);
        if (!read) {
            return failure(container_source, read.error().detail);
        }
        token = std::move(*read);
    }
    if (token.expose().find_first_of("\r\n") != std::string_view::npos) {
        return failure(container_source, "AWS_CONTAINER_AUTHORIZATION_TOKEN is not one line");
    }
    if (!token.empty()) {
        call.fields.push_back({.name = "Authorization", .value = std::move(token)});
    }
    return asking.credentials(call, read_credentials);
}

// Version 2 only: version 1 hands credentials to whoever makes a gateway fetch a URL.
Result<AwsCredentials> from_metadata(const AwsOptions& options, const Asking& asking) {
    std::string address = options.metadata_endpoint.empty() ? std::string(metadata_address)
                                                            : options.metadata_endpoint;
    while (address.ends_with('/')) {
        address.pop_back();
    }
    Call call = near_call(address + "/latest/api/token");
    call.method = "PUT";
    call.body = "";
    call.fields = {{.name = "X-aws-ec2-metadata-token-ttl-seconds", .value = Secret("300")},
                   {.name = "Content-Type", .value = Secret("text/plain")}};
    const Result<std::string> token = asking.ask(call);
    if (!token) {
        return token.error();
    }
    if (token->empty() || token->find_first_of("\r\n") != std::string::npos) {
        return failure(metadata_source, "the answer is no token");
    }
    call = near_call(address + std::string(role_path));
    call.fields = {{.name = "X-aws-ec2-metadata-token", .value = Secret(*token)}};
    const Result<std::string> roles = asking.ask(call);
    if (!roles) {
        return roles.error();
    }
    const std::string role = roles->substr(0, roles->find('\n'));
    constexpr std::size_t longest_role = 64;
    const bool valid = !role.empty() && role.size() <= longest_role &&
                       role.find_first_of(" /?#%\\\r") == std::string::npos &&
                       std::ranges::none_of(role, is_control_character);
    if (!valid) {
        return failure(metadata_source, "the instance has no role");
    }
    call.url += role;
    return asking.credentials(call, read_credentials);
}

// They become fields of requests.
Result<AwsCredentials> checked(std::string_view source, Result<AwsCredentials> credentials) {
    const auto visible = [](std::string_view text) {
        return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
    };
    if (!credentials) {
        return credentials;
    }
    if (credentials->access_key_id.empty() || credentials->secret_access_key.empty() ||
        !visible(credentials->access_key_id) || !visible(credentials->secret_access_key.expose()) ||
        !visible(credentials->session_token.expose())) {
        return failure(source, "a part of them is missing or has characters that no key has");
    }
    return credentials;
}

}  // namespace

bool is_container_address(std::string_view uri) {
    constexpr std::string_view scheme = "http://";
    if (!uri.starts_with(scheme)) {
        return false;
    }
    uri.remove_prefix(scheme.size());
    uri = uri.substr(0, uri.find_first_of("/?#"));
    const std::size_t port = uri.starts_with('[') ? uri.find(':', uri.find(']')) : uri.find(':');
    const std::string_view host = uri.substr(0, port);
    constexpr std::array hosts = {"localhost",     "127.0.0.1",      "[::1]",
                                  "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
    return std::ranges::find(hosts, host) != hosts.end() && uri.find('@') == uri.npos;
}

Result<std::string> region_of(const AwsOptions& options) {
    Result<std::string> region = options.region;
    if (options.region.empty()) {
        region = region_of_profile(options);
    }
    if (!region) {
        return Error(Errc::configuration_invalid, region.error().detail);
    }
    if (!region->empty() && !valid_region(*region)) {
        return Error(Errc::configuration_invalid,
                     "the AWS region must be lower-case letters, digits and hyphens");
    }
    return region;
}

Result<AwsCredentials> obtain_credentials(const AwsOptions& options, const std::string& region,
                                          Deadline deadline, const Stopping& stopping) {
    const auto asking = [&](std::string_view source) {
        return Asking(source, options.ca_file, deadline, stopping);
    };
    if (!options.access_key_id.empty() || !options.secret_access_key.empty()) {
        return checked(environment_source, from_environment(options));
    }
    if (!options.web_identity_token_file.empty() || !options.role_arn.empty()) {
        return checked(web_identity_source,
                       from_web_identity(options, region, asking(web_identity_source)));
    }
    Result<std::optional<AwsCredentials>> profile = credentials_of_profile(options);
    if (!profile) {
        return failure(profile_source, profile.error().detail);
    }
    if (*profile) {
        return checked(profile_source, std::move(**profile));
    }
    if (!options.container_full_uri.empty() || !options.container_relative_uri.empty()) {
        return checked(container_source, from_container(options, asking(container_source)));
    }
    if (options.metadata_disabled) {
        return Error(Errc::object_storage_unavailable,
                     "AWS credentials: there are none, and instance metadata is disabled");
    }
    return checked(metadata_source, from_metadata(options, asking(metadata_source)));
}

}  // namespace rgw::outbound
