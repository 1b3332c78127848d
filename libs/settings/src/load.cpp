#include <unistd.h>

#include <algorithm>

#include "rgw/base/text.hpp"
#include "rgw/settings/settings.hpp"
#include "rows.hpp"

namespace rgw::settings {
namespace {

// Published, so that everybody can see that a log made with it proves nothing.
constexpr std::string_view development_hmac_secret = "rack-gateway development audit key!";
static_assert(development_hmac_secret.size() >= least_hmac_bytes);

constexpr std::string_view development_rack_host = "http://localhost:5443";
constexpr std::string_view development_rack_token = "dev-token";
constexpr std::string_view development_domain = "localhost";
constexpr std::string_view development_app_secret = "rack-gateway development app secret";
static_assert(development_app_secret.size() >= least_hmac_bytes);
constexpr std::string_view development_address = "127.0.0.1";

// What a variable says; blank counts as unset. Secrets keep their bytes, all else is trimmed.
std::optional<std::string_view> value_of(const Environment& environment, const SettingInfo& info) {
    const auto at = environment.find(info.name);
    if (at == environment.end() || trim(at->second).empty()) {
        return std::nullopt;
    }
    return info.secret ? std::string_view(at->second) : trim(at->second);
}

bool is_set(const Environment& environment, std::string_view name) {
    const auto at = environment.find(name);
    return at != environment.end() && !trim(at->second).empty();
}

class Loader {
public:
    Loader(const Environment& environment, Purpose purpose)
        : environment_(environment), purpose_(purpose) {}

    Result<Loaded> run() {
        for (const Row& row : rows()) {
            read(row);
        }
        derive_listen();
        derive_rack();
        derive_sign_in();
        derive_factors();
        derive_audit();
        check_anchors();
        derive_aws();
        read_policy();
        require();
        warn_of_unknown();
        if (!problems_.empty()) {
            return Error(Errc::configuration_invalid, problems_);
        }
        return std::move(loaded_);
    }

private:
    void read(const Row& row) {
        const auto given = value_of(environment_, row.info);
        const std::string_view value = given.value_or(row.info.default_value);
        if (row.apply == nullptr || value.empty()) {
            return;
        }
        const Problem problem = row.apply(value, settings_);
        if (!problem.empty()) {
            report(row.info.name, problem);
        }
    }

    void report(std::string_view name, std::string_view problem) {
        report(std::string(name) + ": " + std::string(problem));
    }

    void report(std::string_view line) {
        problems_ += problems_.empty() ? "" : "\n";
        problems_ += line;
    }

    void derive_listen() {
        if (settings_.dev_mode && !is_set(environment_, "LISTEN_ADDRESS")) {
            settings_.listen.address = development_address;
        }
        settings_.pool.max_idle = std::min(settings_.pool.max_idle, settings_.pool.max_open);
        if (settings_.listen.tls_cert_file.empty() != settings_.listen.tls_key_file.empty()) {
            report("TLS_CERT_FILE", "goes together with TLS_KEY_FILE; set both or none");
        }
    }

    void derive_rack() {
        RackSettings& rack = settings_.rack;
        if (rack.alias.empty()) {
            rack.alias = rack.name;
        }
        if (rack.host.empty() && is_set(environment_, "KUBERNETES_SERVICE_HOST") &&
            is_set(environment_, "RACK")) {
            rack.host = "https://api." + rack.name + "-system.svc.cluster.local:5443";
        }
        if (settings_.dev_mode && rack.host.empty() && rack.token.empty()) {
            rack.host = development_rack_host;
            rack.token = Secret(std::string(development_rack_token));
        }
        if (rack.tls_pinning && (rack.tls_insecure || !rack.ca_file.empty())) {
            report("ENABLE_RACK_TLS_PINNING",
                   "excludes RACK_CA_FILE and RACK_TLS_INSECURE; set one of the three");
        }
        if (rack.tls_insecure) {
            loaded_.warnings.emplace_back(
                "RACK_TLS_INSECURE: the rack's certificate is not checked");
        }
    }

    void derive_sign_in() {
        SignInSettings& sign_in = settings_.sign_in;
        if (sign_in.issuer.empty() && !settings_.google.client_id.empty()) {
            static_cast<ProviderSettings&>(sign_in) = settings_.google;
        }
        if (sign_in.issuer.empty() && sign_in.client_id.empty()) {
            return;  // nobody can sign in; API tokens work
        }
        if (settings_.dev_mode) {
            if (sign_in.domain.empty()) {
                sign_in.domain = development_domain;
            }
            if (sign_in.app_secret.empty()) {
                sign_in.app_secret = Secret(std::string(development_app_secret));
                loaded_.warnings.emplace_back(
                    "APP_SECRET_KEY: the published development key is used");
            }
        }
        if (sign_in.issuer.empty() || sign_in.client_id.empty() || sign_in.client_secret.empty()) {
            report("OIDC_ISSUER", "goes together with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET");
        }
        if (sign_in.role_claim.empty() != sign_in.role_map.empty()) {
            report("OIDC_ROLE_MAP", "goes together with OIDC_ROLE_CLAIM");
        }
        if (sign_in.domain.empty()) {
            report("DOMAIN", "is required for signing in");
        }
        if (sign_in.app_secret.empty()) {
            report("APP_SECRET_KEY", "is required for signing in");
        }
    }

    void derive_factors() {
        FactorSettings& factors = settings_.factors;
        if (factors.rp_id.empty()) {
            factors.rp_id = settings_.sign_in.domain;
        }
        if (factors.yubico_client_id.empty() != factors.yubico_key.empty()) {
            report("YUBICO_CLIENT_ID", "goes together with YUBICO_SECRET_KEY; set both or none");
        }
    }

    void derive_audit() {
        AuditSettings& audit = settings_.audit;
        if (settings_.dev_mode && !is_set(environment_, "AUDIT_HMAC_SECRET")) {
            audit.hmac_secret = Secret(std::string(development_hmac_secret));
            audit.development_key = true;
            loaded_.warnings.emplace_back(
                "AUDIT_HMAC_SECRET: the published development key is used; the audit log proves "
                "nothing");
        }
        if (audit.log_origin.empty()) {
            const std::string& domain = settings_.sign_in.domain;
            audit.log_origin = (domain.empty() ? "localhost" : to_lower(domain)) + "/audit";
        }
    }

    void check_anchors() {
        const AnchorSettings& anchors = settings_.anchors;
        if (anchors.bucket.empty()) {
            if (anchors.archive) {
                report("AUDIT_ARCHIVE", "needs AUDIT_ANCHOR_BUCKET");
            }
        } else if (anchors.chain_id.empty()) {
            report("AUDIT_ANCHOR_CHAIN_ID",
                   "is required with AUDIT_ANCHOR_BUCKET: the name of this log in the bucket");
        }
    }

    void derive_aws() {
        const auto home = environment_.find("HOME");
        if (home == environment_.end() || home->second.empty()) {
            return;
        }
        AwsSettings& aws = settings_.aws;
        if (aws.credentials_file.empty()) {
            aws.credentials_file = home->second + "/.aws/credentials";
        }
        if (aws.config_file.empty()) {
            aws.config_file = home->second + "/.aws/config";
        }
    }

    // What an operator may also change while the gateway runs.
    void read_policy() {
        std::vector<std::string> problems;
        settings_.policy.settings = access::EnvironmentSettings::read(environment_, problems);
        for (const std::string& problem : problems) {
            report(problem);
        }
    }

    void require() {
        if (purpose_ == Purpose::maintenance) {
            return;
        }
        for (const Row& row : rows()) {
            const bool given = row.info.name == "RACK_HOST" ? !settings_.rack.host.empty()
                                                            : is_set(environment_, row.info.name);
            if (row.info.required == outside_dev_mode && !settings_.dev_mode && !given) {
                report(row.info.name, "is required outside DEV_MODE");
            }
        }
    }

    void warn_of_unknown() {
        for (const auto& [name, value] : environment_) {
            const bool known =
                std::ranges::any_of(rows(), [&](const Row& row) { return row.info.name == name; });
            if (name.starts_with("RGW_") && !known &&
                access::EnvironmentSettings::find(name) == nullptr) {
                loaded_.warnings.push_back(name + ": no such setting");
            }
        }
    }

    const Environment& environment_;
    Purpose purpose_;
    Loaded loaded_;
    Settings& settings_ = loaded_.settings;
    std::string problems_;
};

}  // namespace

Result<Loaded> load(const Environment& environment, Purpose purpose) {
    return Loader(environment, purpose).run();
}

Environment process_environment() {
    Environment environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view pair = *entry;
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos) {
            environment.emplace(pair.substr(0, equals), pair.substr(equals + 1));
        }
    }
    return environment;
}

}  // namespace rgw::settings
