#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rgw/access/policy.hpp"
#include "rgw/base/error.hpp"
#include "rgw/base/log.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/settings/cidr.hpp"

namespace rgw::settings {

using Milliseconds = std::chrono::milliseconds;

// Each struct is one subject of the table (setting_table.hpp), which says name, default and
// meaning.
struct PoolSettings {
    std::size_t max_open = 0;
    std::size_t max_idle = 0;  // never more than max_open
    Milliseconds max_lifetime{};
    Milliseconds max_idle_time{};
};

struct ListenSettings {
    std::string address;
    std::uint16_t port = 0;
    std::string tls_cert_file;  // both or none
    std::string tls_key_file;
    std::string metrics_address;
    std::uint16_t metrics_port = 0;
    std::string port_file;
    std::vector<Cidr> trusted_proxies;
};

// Of sign-ins, second factors and new tokens, by peer or user.
struct RateSettings {
    std::chrono::microseconds interval{};  // between two attempts in the long run
    int burst = 0;
};

struct RackSettings {
    std::string host;  // "" when no rack is configured (maintenance commands only)
    Secret token;
    std::string username;
    std::string name;
    std::string alias;
    std::string ca_file;
    bool tls_pinning = false;  // not with ca_file or tls_insecure
    bool tls_insecure = false;
    Milliseconds read_timeout{};
    Milliseconds action_timeout{};
};

struct AuditSettings {
    Secret hmac_secret;
    bool development_key = false;  // the published key of DEV_MODE: the log proves nothing
    std::vector<Secret> previous_secrets;
    Secret signing_key;                         // base64; "" derives it from hmac_secret
    std::vector<Secret> previous_signing_keys;  // base64, or derived_signing_key
    std::string log_origin;
    std::optional<std::int64_t> retention_days;  // nothing: events are kept for ever
};
// Where copies of what the log says are kept; bucket "" for nowhere.
struct AnchorSettings {
    std::string bucket;
    std::string chain_id;
    std::int64_t retention_days = 0;
    std::int64_t interval_minutes = 0;
    std::string kms_key_id;
    bool archive = false;                                // the events themselves, too
    std::optional<std::int64_t> archive_retention_days;  // nothing: as long as anchors
};
// In AUDIT_SIGNING_KEY_PREVIOUS: the key that is used without AUDIT_SIGNING_KEY.
inline constexpr std::string_view derived_signing_key = "derived";

// A provider people sign in with.
struct ProviderSettings {
    std::string issuer;
    std::string client_id;  // "" when nobody can sign in
    Secret client_secret;
    std::vector<std::string> allowed_domains;
};

struct SignInSettings : ProviderSettings {
    std::string ca_file;
    std::string role_claim;
    std::string role_map;  // "group=role,…"
    std::string domain;    // "localhost" in DEV_MODE unless given
    Secret app_secret;
    std::optional<bool> cookie_secure;
};

// Second factors of people who sign in.
struct FactorSettings {
    std::string rp_id;                 // "" for the domain
    std::vector<std::string> origins;  // empty for where the gateway is reached
    bool user_verification_required = false;
    std::string trust_roots_file;      // PEM; "" takes any attestation that is sound
    std::vector<std::string> aaguids;  // UUIDs, lower case; empty takes any model
    std::string yubico_client_id;      // "" without the validation service
    Secret yubico_key;                 // base64, as Yubico gives it out
    std::vector<std::string> yubico_servers;
};

// As AWS's own programs read them; libs/outbound says what they mean together. Of no use, and never
// a problem, where nothing of AWS is configured.
struct AwsSettings {
    std::string region;
    std::string s3_endpoint;
    std::string sts_endpoint;
    std::string ca_file;
    std::string access_key_id;
    Secret secret_access_key;
    Secret session_token;
    std::string web_identity_token_file;
    std::string role_arn;
    std::string role_session_name;
    std::string profile;
    std::string credentials_file;  // "" without HOME
    std::string config_file;
    std::string container_full_uri;
    std::string container_relative_uri;
    Secret container_token;
    std::string container_token_file;
    std::string metadata_endpoint;
    bool metadata_disabled = false;
};

struct SeedSettings {
    std::vector<std::string> admins;
    std::vector<std::string> deployers;
    std::vector<std::string> operations;
    std::vector<std::string> viewers;
};

struct Settings {
    bool dev_mode = false;
    bool auto_migrate = true;
    PoolSettings pool;
    Milliseconds db_slow_query{};  // 0: none is logged
    std::optional<std::int64_t> db_disk_bytes;
    ListenSettings listen;
    RateSettings rate;
    RackSettings rack;
    AuditSettings audit;
    AnchorSettings anchors;
    SignInSettings sign_in;   // with GOOGLE_… when OIDC_ISSUER is not set
    ProviderSettings google;  // as given
    FactorSettings factors;
    AwsSettings aws;
    SeedSettings seed;
    unsigned worker_threads = 0;  // 0: one per core
    log::Level log_level = log::Level::info;
    Milliseconds shutdown_grace{};
    access::PolicyOfEnvironment policy;  // the environment's word; the database's comes first
};

using Environment = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] Environment process_environment();

// The maintenance commands (migrate, reset-db, doctor …) need neither rack nor audit key.
enum class Purpose : std::uint8_t { server, maintenance };

struct Loaded {
    Settings settings;
    // For the log at start: unknown RGW_… names, the development key, an unverified rack.
    std::vector<std::string> warnings;
};

// Reads everything, then reports every problem at once, one a line, by variable and never by value;
// an empty variable counts as unset. Error: configuration_invalid.
[[nodiscard]] Result<Loaded> load(const Environment& environment, Purpose purpose);

}  // namespace rgw::settings
