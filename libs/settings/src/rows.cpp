#include "rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "rgw/base/text.hpp"

namespace rgw::settings {
namespace {

using namespace std::chrono_literals;

constexpr Milliseconds day = 24h;
constexpr std::uint64_t most_connections = 10'000;
constexpr std::uint64_t most_disk_bytes = 1'000'000'000'000'000'000;
constexpr std::uint64_t most_threads = 256;
constexpr std::uint64_t most_retention_days = 36'500;
constexpr std::uint64_t most_burst = 100'000;
constexpr double least_rate = 0.001;
constexpr double most_rate = 100'000;

template <class Number>
Problem number(std::string_view value, std::uint64_t least, std::uint64_t most, Number& out) {
    std::uint64_t wide = 0;
    Problem problem = parse_number(value, least, most, wide);
    out = static_cast<Number>(wide);
    return problem;
}

// Per second, with a decimal point where wanted.
Problem rate(std::string_view value, std::chrono::microseconds& interval) {
    double per_second = 0;
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), per_second);
    if (error != std::errc() || end != value.data() + value.size() || !(per_second >= least_rate) ||
        !(per_second <= most_rate)) {
        return "expected a number from 0.001 to 100000";
    }
    interval = std::chrono::microseconds(static_cast<std::int64_t>(1'000'000 / per_second));
    return {};
}

Problem text(std::string_view value, std::string& out) {
    out = value;
    return {};
}

Problem list(std::string_view value, std::vector<std::string>& out) {
    out = split_list(value);
    return {};
}

Problem user_name(std::string_view value, std::string& out) {
    out = value;
    return value.find(':') == std::string_view::npos ? Problem() : "must not contain a colon";
}

Problem hmac_secret(std::string_view value, Secret& out) {
    if (value.size() < least_hmac_bytes) {
        return "must be at least 32 bytes, for example from: openssl rand -hex 32";
    }
    out = Secret(std::string(value));
    return {};
}

Problem previous_secrets(std::string_view value, std::vector<Secret>& out) {
    for (const std::string& item : split_list(value)) {
        Problem problem = hmac_secret(item, out.emplace_back());
        if (!problem.empty()) {
            return "each " + problem;
        }
    }
    return {};
}

// 32 octets in base64: 43 characters and one of padding. The bytes are read where the key is made.
Problem signing_key(std::string_view value, Secret& out) {
    constexpr std::size_t text_size = 44;
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::string_view text = trim(value);
    if (text.size() != text_size || text.find_first_not_of(alphabet) != text_size - 1 ||
        text.back() != '=') {
        return "must be base64 of 32 bytes, for example from: openssl rand -base64 32";
    }
    out = Secret(std::string(text));
    return {};
}

// "derived" stands for the key that is used without AUDIT_SIGNING_KEY.
Problem previous_signing_keys(std::string_view value, std::vector<Secret>& out) {
    for (const std::string& item : split_list(value)) {
        Secret& key = out.emplace_back(item);
        const Problem problem = item == derived_signing_key ? Problem() : signing_key(item, key);
        if (!problem.empty()) {
            return "each " + problem + ", or the word derived";
        }
    }
    return {};
}

Problem ranges(std::string_view value, std::vector<Cidr>& out) {
    auto parsed = parse_cidrs(value);
    if (!parsed) {
        return parsed.error().detail;
    }
    out = std::move(*parsed);
    return {};
}

Problem level(std::string_view value, log::Level& out) {
    return log::parse_level(value, out) ? Problem() : "expected debug, info, warn or error";
}

Problem optional_bool(std::string_view value, std::optional<bool>& out) {
    return parse_bool(value, out.emplace());
}

Problem user_verification(std::string_view value, bool& required) {
    required = value == "required";
    return required || value == "preferred" ? Problem() : "expected preferred or required";
}

// RFC 9562 §4, as authenticators' makers print them.
Problem uuids(std::string_view value, std::vector<std::string>& out) {
    constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (const std::string& item : split_list(value)) {
        out.push_back(to_lower(item));
        const bool fits = std::ranges::equal(out.back(), form, [](char c, char wanted) {
            const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            return wanted == '-' ? c == '-' : hex;
        });
        if (!fits) {
            return "each must be a UUID";
        }
    }
    return {};
}

using Value = std::string_view;

// clang-format off
// {name, type, default, required, secret, description}, reader
constexpr auto table = std::to_array<Row>({
    {{"DEV_MODE", "boolean", "false", "", false, "Development: listens on 127.0.0.1, needs no audit key, assumes a local rack. Never in production."},
     [](Value v, Settings& s) { return parse_bool(v, s.dev_mode); }},

    {{"RGW_DATABASE_URL", "connection string", "", "", true, "The database of the server; the first of these three that is set."}, nullptr},
    {{"GATEWAY_DATABASE_URL", "connection string", "", "", true, "See RGW_DATABASE_URL."}, nullptr},
    {{"DATABASE_URL", "connection string", "", "", true, "See RGW_DATABASE_URL; without any of them the PG* variables alone."}, nullptr},
    {{"ADMIN_DATABASE_URL", "connection string", "", "", true, "Used first by migrate, reset-db and the migrations at start."}, nullptr},
    {{"DB_MAX_OPEN_CONNS", "number", "25", "", false, "Most connections to the database, besides one that listens."},
     [](Value v, Settings& s) { return number(v, 1, most_connections, s.pool.max_open); }},
    {{"DB_MAX_IDLE_CONNS", "number", "5", "", false, "Idle connections kept open."},
     [](Value v, Settings& s) { return number(v, 0, most_connections, s.pool.max_idle); }},
    {{"DB_CONN_MAX_LIFETIME", "duration", "30m", "", false, "Age at which a connection is replaced."},
     [](Value v, Settings& s) { return parse_span(v, 1s, 365 * day, s.pool.max_lifetime); }},
    {{"DB_CONN_MAX_IDLE_TIME", "duration", "10m", "", false, "Idle time after which a connection is closed."},
     [](Value v, Settings& s) { return parse_span(v, 1s, 365 * day, s.pool.max_idle_time); }},
    {{"DB_SLOW_QUERY", "duration", "1s", "", false, "A query that takes this long is logged by its name; 0 logs none."},
     [](Value v, Settings& s) { return parse_span(v, 0s, day, s.db_slow_query); }},
    {{"RGW_AUTO_MIGRATE", "boolean", "true", "", false, "Apply pending migrations at start; false makes a pending one stop the start."},
     [](Value v, Settings& s) { return parse_bool(v, s.auto_migrate); }},
    {{"RESET_RACK_GATEWAY_DATABASE", "text", "", "", false, "DELETE_ALL_DATA confirms reset-db."}, nullptr},
    {{"DISABLE_DATABASE_ENVIRONMENT_CHECK", "boolean", "", "", false, "1 lets reset-db run on a database that is not marked as development."}, nullptr},
    {{"RGW_DB_DISK_BYTES", "number", "", "", false, "Size of the database's disk in bytes, for the thresholds of doctor and a metric."},
     [](Value v, Settings& s) { return number(v, 1'000'000, most_disk_bytes, s.db_disk_bytes.emplace()); }},

    {{"LISTEN_ADDRESS", "address", "::", "", false, "Address to listen on; :: is every address, IPv4 and IPv6. 127.0.0.1 in DEV_MODE unless given."},
     [](Value v, Settings& s) { return parse_address(v, s.listen.address); }},
    {{"PORT", "port", "8080", "", false, "Port to listen on; 0 takes any free one."},
     [](Value v, Settings& s) { return parse_port(v, s.listen.port); }},
    {{"TLS_CERT_FILE", "file", "", "", false, "PEM certificate chain; with TLS_KEY_FILE the gateway speaks TLS itself."},
     [](Value v, Settings& s) { return text(v, s.listen.tls_cert_file); }},
    {{"TLS_KEY_FILE", "file", "", "", false, "PEM private key of TLS_CERT_FILE."},
     [](Value v, Settings& s) { return text(v, s.listen.tls_key_file); }},
    {{"METRICS_ADDRESS", "address", "127.0.0.1", "", false, "Address of the Prometheus metrics."},
     [](Value v, Settings& s) { return parse_address(v, s.listen.metrics_address); }},
    {{"METRICS_PORT", "port", "9464", "", false, "Port of the Prometheus metrics; 0 takes any free one."},
     [](Value v, Settings& s) { return parse_port(v, s.listen.metrics_port); }},
    {{"RGW_PORT_FILE", "file", "", "", false, "Where to write the ports taken, one a line: the server's, the metrics'."},
     [](Value v, Settings& s) { return text(v, s.listen.port_file); }},
    {{"TRUSTED_PROXY_CIDRS", "list of address ranges", "", "", false, "Proxies whose X-Forwarded-For is believed."},
     [](Value v, Settings& s) { return ranges(v, s.listen.trusted_proxies); }},
    {{"RATE_LIMIT_RPS", "number", "10", "", false, "Sign-ins, second factors and new tokens a second that one address or user may try in the long run; 0.2 is one every five seconds."},
     [](Value v, Settings& s) { return rate(v, s.rate.interval); }},
    {{"RATE_LIMIT_BURST", "number", "20", "", false, "How many of these may come at once."},
     [](Value v, Settings& s) { return number(v, 1, most_burst, s.rate.burst); }},
    {{"WORKER_THREADS", "number", "0", "", false, "Threads that serve calls; 0 is one per core."},
     [](Value v, Settings& s) { return number(v, 0, most_threads, s.worker_threads); }},
    {{"SHUTDOWN_GRACE", "duration", "25s", "", false, "How long calls under way may take after a stop signal."},
     [](Value v, Settings& s) { return parse_span(v, 0s, 1h, s.shutdown_grace); }},
    {{"LOG_LEVEL", "debug, info, warn or error", "info", "", false, "Least severity that is logged."},
     [](Value v, Settings& s) { return level(v, s.log_level); }},

    {{"RACK_HOST", "URL", "", outside_dev_mode, false, "The rack, as https://host[:port]. In Kubernetes, with RACK set, its service by default; in DEV_MODE http://localhost:5443."},
     [](Value v, Settings& s) { return text(v, s.rack.host); }},
    {{"RACK_TOKEN", "text", "", outside_dev_mode, true, "The rack's password; dev-token for the default rack of DEV_MODE."},
     [](Value v, Settings& s) { s.rack.token = Secret(std::string(v)); return Problem(); }},
    {{"RACK_USERNAME", "text", "convox", "", false, "The rack's user name."},
     [](Value v, Settings& s) { return user_name(v, s.rack.username); }},
    {{"RACK", "text", "default", "", false, "Name of the rack."},
     [](Value v, Settings& s) { return text(v, s.rack.name); }},
    {{"RACK_ALIAS", "text", "", "", false, "Short name of the rack; RACK unless given."},
     [](Value v, Settings& s) { return text(v, s.rack.alias); }},
    {{"RACK_CA_FILE", "file", "", "", false, "PEM certificates the rack's is checked against, instead of the system's."},
     [](Value v, Settings& s) { return text(v, s.rack.ca_file); }},
    {{"ENABLE_RACK_TLS_PINNING", "boolean", "false", "", false, "Trust the one certificate the rack showed first, kept in the database for all replicas, instead of asking authorities."},
     [](Value v, Settings& s) { return parse_bool(v, s.rack.tls_pinning); }},
    {{"RACK_TLS_INSECURE", "boolean", "false", "", false, "Do not check the rack's certificate: whoever stands in between reads the rack's password."},
     [](Value v, Settings& s) { return parse_bool(v, s.rack.tls_insecure); }},
    {{"RACK_READ_TIMEOUT", "duration", "60s", "", false, "How long the rack may take to begin its answer to a read."},
     [](Value v, Settings& s) { return parse_span(v, 1s, day, s.rack.read_timeout); }},
    {{"RACK_ACTION_TIMEOUT", "duration", "1h", "", false, "The same for an action; promoting and importing take long."},
     [](Value v, Settings& s) { return parse_span(v, 1s, day, s.rack.action_timeout); }},

    {{"AUDIT_HMAC_SECRET", "text", "", outside_dev_mode, true, "Key of the audit chain, at least 32 bytes. DEV_MODE has a published one."},
     [](Value v, Settings& s) { return hmac_secret(v, s.audit.hmac_secret); }},
    {{"AUDIT_HMAC_SECRET_PREVIOUS", "list of texts", "", "", true, "Earlier keys, so that older events can still be verified."},
     [](Value v, Settings& s) { return previous_secrets(v, s.audit.previous_secrets); }},
    {{"AUDIT_SIGNING_KEY", "text", "", "", true, "Seed of the Ed25519 key that signs checkpoints of the audit log, base64 of 32 bytes; derived from AUDIT_HMAC_SECRET unless given."},
     [](Value v, Settings& s) { return signing_key(v, s.audit.signing_key); }},
    {{"AUDIT_SIGNING_KEY_PREVIOUS", "list of texts", "", "", true, "Keys that sign along while those who verify learn the new one; the word derived stands for the derived key."},
     [](Value v, Settings& s) { return previous_signing_keys(v, s.audit.previous_signing_keys); }},
    {{"AUDIT_LOG_ORIGIN", "text", "", "", false, "Name of this audit log in its checkpoints and of the keys that sign them; DOMAIN/audit unless given. Never change it while the log lives."},
     [](Value v, Settings& s) { return text(v, s.audit.log_origin); }},
    {{"LOG_RETENTION_DAYS", "number", "", "", false, "Age in days at which events leave the audit log, 1 or more; unset: they are kept for ever."},
     [](Value v, Settings& s) { return number(v, 1, most_retention_days, s.audit.retention_days.emplace()); }},
    {{"AUDIT_ANCHOR_BUCKET", "text", "", "", false, "Bucket with Object Lock that anchors of the audit log are written to; unset: none are written."},
     [](Value v, Settings& s) { return text(v, s.anchors.bucket); }},
    {{"AUDIT_ANCHOR_CHAIN_ID", "text", "", "with AUDIT_ANCHOR_BUCKET", false, "Name of this log in the bucket, no other log's: letters, digits, '.', '_' and '-'."},
     [](Value v, Settings& s) { return text(v, s.anchors.chain_id); }},
    {{"AUDIT_ANCHOR_RETENTION_DAYS", "number", "400", "", false, "How long nobody can change or delete an anchor."},
     [](Value v, Settings& s) { return number(v, 1, most_retention_days, s.anchors.retention_days); }},
    {{"AUDIT_ANCHOR_INTERVAL_MINUTES", "number", "60", "", false, "How often an anchor is written when there are new events; 10,000 events do not wait for it."},
     [](Value v, Settings& s) { return number(v, 1, 24 * 60, s.anchors.interval_minutes); }},
    {{"AUDIT_ANCHOR_KMS_KEY_ID", "text", "", "", false, "KMS key that the objects are encrypted with; unset: as the bucket says."},
     [](Value v, Settings& s) { return text(v, s.anchors.kms_key_id); }},
    {{"AUDIT_ARCHIVE", "boolean", "false", "", false, "Whether the events are copied to the bucket as well, before retention removes them here."},
     [](Value v, Settings& s) { return parse_bool(v, s.anchors.archive); }},
    {{"AUDIT_ARCHIVE_RETENTION_DAYS", "number", "", "", false, "How long nobody can change or delete these copies; as long as anchors unless given."},
     [](Value v, Settings& s) { return number(v, 1, most_retention_days, s.anchors.archive_retention_days.emplace()); }},

    {{"DOMAIN", "host name", "", "", false, "Under which people reach the gateway, without scheme and port; signing in needs it outside DEV_MODE."},
     [](Value v, Settings& s) { return text(v, s.sign_in.domain); }},
    {{"APP_SECRET_KEY", "text", "", "", true, "Key of cookies and of secrets at rest, at least 32 bytes; signing in needs it. DEV_MODE has a published one."},
     [](Value v, Settings& s) { return hmac_secret(v, s.sign_in.app_secret); }},
    {{"COOKIE_SECURE", "boolean", "", "", false, "Whether cookies are for TLS only; true unless DEV_MODE."},
     [](Value v, Settings& s) { return optional_bool(v, s.sign_in.cookie_secure); }},
    {{"OIDC_ISSUER", "URL", "", "", false, "The OpenID Connect provider people sign in with, exactly as its discovery document names itself."},
     [](Value v, Settings& s) { return text(v, s.sign_in.issuer); }},
    {{"OIDC_CLIENT_ID", "text", "", "", false, "The gateway's client id at OIDC_ISSUER."},
     [](Value v, Settings& s) { return text(v, s.sign_in.client_id); }},
    {{"OIDC_CLIENT_SECRET", "text", "", "", true, "The gateway's client secret at OIDC_ISSUER."},
     [](Value v, Settings& s) { s.sign_in.client_secret = Secret(std::string(v)); return Problem(); }},
    {{"OIDC_ALLOWED_DOMAINS", "list of domains", "", "", false, "Domains of the e-mail addresses that may sign in; unset: any address that is a user."},
     [](Value v, Settings& s) { return list(v, s.sign_in.allowed_domains); }},
    {{"OIDC_CA_FILE", "file", "", "", false, "PEM certificates the provider's is checked against, instead of the system's."},
     [](Value v, Settings& s) { return text(v, s.sign_in.ca_file); }},
    {{"OIDC_ROLE_CLAIM", "text", "", "", false, "The claim of the ID token that lists a person's groups; with OIDC_ROLE_MAP these give the roles at every sign-in."},
     [](Value v, Settings& s) { return text(v, s.sign_in.role_claim); }},
    {{"OIDC_ROLE_MAP", "list of group=role", "", "", false, "Which group of OIDC_ROLE_CLAIM gives which role; somebody in none of them cannot sign in."},
     [](Value v, Settings& s) { return text(v, s.sign_in.role_map); }},
    {{"GOOGLE_OAUTH_BASE_URL", "URL", "https://accounts.google.com", "", false, "Google's issuer; used with GOOGLE_CLIENT_ID when OIDC_ISSUER is not set."},
     [](Value v, Settings& s) { return text(v, s.google.issuer); }},
    {{"GOOGLE_CLIENT_ID", "text", "", "", false, "The gateway's client id at Google."},
     [](Value v, Settings& s) { return text(v, s.google.client_id); }},
    {{"GOOGLE_CLIENT_SECRET", "text", "", "", true, "The gateway's client secret at Google."},
     [](Value v, Settings& s) { s.google.client_secret = Secret(std::string(v)); return Problem(); }},
    {{"GOOGLE_ALLOWED_DOMAIN", "domain", "", "", false, "The Google Workspace domain whose people may sign in."},
     [](Value v, Settings& s) { return list(v, s.google.allowed_domains); }},

    {{"WEBAUTHN_RP_ID", "host name", "", "", false, "The relying party that passkeys and security keys are registered with; DOMAIN unless given. A change makes every registered one useless."},
     [](Value v, Settings& s) { return text(v, s.factors.rp_id); }},
    {{"WEBAUTHN_ORIGIN", "list of URLs", "", "", false, "The pages that may use them, as https://host[:port]; where the gateway is reached unless given."},
     [](Value v, Settings& s) { return list(v, s.factors.origins); }},
    {{"WEBAUTHN_USER_VERIFICATION", "preferred or required", "preferred", "", false, "Whether a passkey or security key must have checked a PIN or a finger; it is a second factor either way."},
     [](Value v, Settings& s) { return user_verification(v, s.factors.user_verification_required); }},
    {{"WEBAUTHN_TRUST_ROOTS_FILE", "file", "", "", false, "PEM certificates of makers of authenticators; with them only new keys whose attestation leads to one are taken."},
     [](Value v, Settings& s) { return text(v, s.factors.trust_roots_file); }},
    {{"WEBAUTHN_AAGUIDS", "list of UUIDs", "", "", false, "The models of authenticators that new keys may be of; unset: any."},
     [](Value v, Settings& s) { return uuids(v, s.factors.aaguids); }},
    {{"YUBICO_CLIENT_ID", "text", "", "", false, "The gateway's client id at Yubico's validation service; with it YubiKeys that type passwords can be set up."},
     [](Value v, Settings& s) { return text(v, s.factors.yubico_client_id); }},
    {{"YUBICO_SECRET_KEY", "base64", "", "", true, "The key that belongs to YUBICO_CLIENT_ID."},
     [](Value v, Settings& s) { s.factors.yubico_key = Secret(std::string(v)); return Problem(); }},
    {{"YUBICO_VALIDATION_URLS", "list of URLs", "https://api.yubico.com/wsapi/2.0/verify", "", false, "Validation servers, asked in turn."},
     [](Value v, Settings& s) { return list(v, s.factors.yubico_servers); }},

    {{"AWS_DEFAULT_REGION", "text", "", "", false, "See AWS_REGION, which comes first."},
     [](Value v, Settings& s) { return text(v, s.aws.region); }},
    {{"AWS_REGION", "text", "", "", false, "The region of what the gateway uses of AWS; the profile's unless given."},
     [](Value v, Settings& s) { return text(v, s.aws.region); }},
    {{"AWS_ENDPOINT_URL", "URL", "", "", false, "Where S3 and STS are reached instead of AWS's own addresses; for another service that speaks S3."},
     [](Value v, Settings& s) { s.aws.s3_endpoint = v; s.aws.sts_endpoint = v; return Problem(); }},
    {{"AWS_ENDPOINT_URL_S3", "URL", "", "", false, "The same for S3 alone; comes first."},
     [](Value v, Settings& s) { return text(v, s.aws.s3_endpoint); }},
    {{"AWS_ENDPOINT_URL_STS", "URL", "", "", false, "The same for STS alone; comes first."},
     [](Value v, Settings& s) { return text(v, s.aws.sts_endpoint); }},
    {{"AWS_CA_BUNDLE", "file", "", "", false, "PEM certificates that those of S3 and STS are checked against, instead of the system's."},
     [](Value v, Settings& s) { return text(v, s.aws.ca_file); }},
    {{"AWS_ACCESS_KEY_ID", "text", "", "", false, "Credentials for AWS, the first of these that are there: these three, a web identity, the profile's keys, the container's, instance metadata."},
     [](Value v, Settings& s) { return text(v, s.aws.access_key_id); }},
    {{"AWS_SECRET_ACCESS_KEY", "text", "", "", true, "Goes together with AWS_ACCESS_KEY_ID."},
     [](Value v, Settings& s) { s.aws.secret_access_key = Secret(std::string(v)); return Problem(); }},
    {{"AWS_SESSION_TOKEN", "text", "", "", true, "With temporary keys."},
     [](Value v, Settings& s) { s.aws.session_token = Secret(std::string(v)); return Problem(); }},
    {{"AWS_WEB_IDENTITY_TOKEN_FILE", "file", "", "", false, "The token of a Kubernetes service account, exchanged at STS for credentials of AWS_ROLE_ARN."},
     [](Value v, Settings& s) { return text(v, s.aws.web_identity_token_file); }},
    {{"AWS_ROLE_ARN", "text", "", "", false, "The role of AWS_WEB_IDENTITY_TOKEN_FILE."},
     [](Value v, Settings& s) { return text(v, s.aws.role_arn); }},
    {{"AWS_ROLE_SESSION_NAME", "text", "", "", false, "How the session is named in the logs of AWS; rack-gateway unless given."},
     [](Value v, Settings& s) { return text(v, s.aws.role_session_name); }},
    {{"AWS_PROFILE", "text", "", "", false, "The profile of AWS_SHARED_CREDENTIALS_FILE; default unless given. Only its static keys are used."},
     [](Value v, Settings& s) { return text(v, s.aws.profile); }},
    {{"AWS_SHARED_CREDENTIALS_FILE", "file", "", "", false, "Keys by profile; ~/.aws/credentials unless given."},
     [](Value v, Settings& s) { return text(v, s.aws.credentials_file); }},
    {{"AWS_CONFIG_FILE", "file", "", "", false, "The profile's region; ~/.aws/config unless given."},
     [](Value v, Settings& s) { return text(v, s.aws.config_file); }},
    {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "path", "", "", false, "Set by ECS: where the task's credentials are."},
     [](Value v, Settings& s) { return text(v, s.aws.container_relative_uri); }},
    {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "URL", "", "", false, "Set by EKS Pod Identity and others: where the container's credentials are; on this machine or at the fixed addresses of ECS and EKS."},
     [](Value v, Settings& s) { return text(v, s.aws.container_full_uri); }},
    {{"AWS_CONTAINER_AUTHORIZATION_TOKEN", "text", "", "", true, "What the container shows there."},
     [](Value v, Settings& s) { s.aws.container_token = Secret(std::string(v)); return Problem(); }},
    {{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "file", "", "", false, "The same in a file, read anew each time; comes first."},
     [](Value v, Settings& s) { return text(v, s.aws.container_token_file); }},
    {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "URL", "", "", false, "Where instance metadata is; the fixed address of EC2 unless given. Version 2 only."},
     [](Value v, Settings& s) { return text(v, s.aws.metadata_endpoint); }},
    {{"AWS_EC2_METADATA_DISABLED", "boolean", "", "", false, "true never asks instance metadata."},
     [](Value v, Settings& s) { s.aws.metadata_disabled = equals_ignoring_case(v, "true"); return Problem(); }},

    {{"ADMIN_USERS", "list of e-mail addresses", "", "", false, "Admins of a fresh database."},
     [](Value v, Settings& s) { return list(v, s.seed.admins); }},
    {{"DEPLOYER_USERS", "list of e-mail addresses", "", "", false, "Deployers of a fresh database."},
     [](Value v, Settings& s) { return list(v, s.seed.deployers); }},
    {{"OPERATIONS_USERS", "list of e-mail addresses", "", "", false, "Operations users of a fresh database."},
     [](Value v, Settings& s) { return list(v, s.seed.operations); }},
    {{"VIEWER_USERS", "list of e-mail addresses", "", "", false, "Viewers of a fresh database."},
     [](Value v, Settings& s) { return list(v, s.seed.viewers); }},
    {{"CONVOX_SECRET_ENV_VARS", "list of names", "", "", false, "Environment variables of every app that are secret, besides those the built-in rule finds."},
     [](Value v, Settings& s) { return list(v, s.policy.secret_env_vars); }},
});
// clang-format on

}  // namespace

std::span<const Row> rows() {
    return table;
}

}  // namespace rgw::settings
