#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rgw/access/policy.hpp"
#include "rgw/async/cpu_pool.hpp"
#include "rgw/audit/recorder.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/identity/api_tokens.hpp"
#include "rgw/identity/authenticator.hpp"
#include "rgw/identity/cli_sign_in.hpp"
#include "rgw/identity/creator_store.hpp"
#include "rgw/identity/device_sign_in.hpp"
#include "rgw/identity/oidc_client.hpp"
#include "rgw/identity/session_store.hpp"
#include "rgw/identity/user_directory.hpp"
#include "rgw/identity/web_sign_in.hpp"
#include "rgw/settings/trusted_proxies.hpp"

namespace rgw::http {
struct StaticFile;
}
namespace rgw::audit {
class CheckpointStore;
class LogReader;
class ProofMaker;
}  // namespace rgw::audit
namespace rgw::rack {
class EnvChangeStore;
}
namespace rgw::mfa {
class Enrollment;
class FactorCheck;
class FactorStore;
class TrustedDevices;
}  // namespace rgw::mfa

namespace rgw::api {

class LiveSessions;
class Metrics;
class PolicyKeeper;
class RackCertificate;
class RateLimiter;
class Readiness;
class RefusalMeter;

// How the gateway speaks to its rack.
struct RackAccess {
    Secret authorization;  // the whole header value, "Basic …"
    // Until the answer's head: reads are quick, actions (promote, import) may take long on the
    // rack.
    std::chrono::milliseconds read_timeout{60'000};
    std::chrono::milliseconds action_timeout{3'600'000};
    // Without a byte moving while a body streams.
    std::chrono::milliseconds idle_timeout{300'000};
    // As people are shown them.
    std::string name;
    std::string alias;
    std::string host;
};

// Where browsers reach the gateway.
struct Site {
    std::string domain;  // DOMAIN, lower case; "" when the gateway goes by any name
    bool secure_cookies = true;
    Secret csrf_key;  // "" when nobody can sign in

    // Developing: plain HTTP, and any of this machine's own names.
    [[nodiscard]] bool on_this_machine() const { return domain == "localhost"; }
};

// How people sign in.
struct SignInAccess {
    async::Loop& loop;  // of `web`, `cli` and `client`: callers hop there
    identity::WebSignIn& web;
    identity::CliSignIn& cli;
    identity::DeviceSignIn& device;
    identity::OidcClient& client;
    identity::SessionStore& sessions;
    std::string base_url;  // "https://gateway.example.com"
};

// People's second factors. Any loop.
struct FactorAccess {
    mfa::FactorStore& store;
    mfa::FactorCheck& check;
    mfa::Enrollment& enrollment;
    mfa::TrustedDevices& devices;
};

// Users, their sessions and API tokens.
struct PeopleAccess {
    identity::UserDirectory& users;
    identity::SessionStore& sessions;
    identity::ApiTokens& tokens;
};

// Signed checkpoints of the audit log. Any loop.
struct CheckpointAccess {
    audit::CheckpointStore& store;
    audit::ProofMaker& proofs;
    std::string current_key;  // that signs, as audit::NoteSigner::verifier_text()
};

// What every request uses, shared by all loops. Each part owns its own synchronisation.
struct Services {
    const Clock& clock;
    audit::Recorder& audit_log;
    identity::Authenticator& authenticator;
    const access::PolicySnapshot& policy;
    PolicyKeeper& policy_keeper;  // of the settings behind `policy`
    RefusalMeter& refusals;
    RateLimiter& rates;
    identity::CreatorStore& creators;
    rack::EnvChangeStore& env_changes;
    Readiness& readiness;
    Metrics& metrics;
    LiveSessions& sessions;
    async::CpuPool& cpu;  // for what would hold a loop up for more than a millisecond
    RackAccess rack;
    Site site;
    std::span<const http::StaticFile> web_files = {};
    RackCertificate* rack_certificate = nullptr;  // null unless it is pinned
    SignInAccess* sign_in = nullptr;              // null when no provider is configured
    FactorAccess* factors = nullptr;              // likewise
    audit::LogReader* audit_reader = nullptr;     // never null where there is a database
    CheckpointAccess* checkpoints = nullptr;      // likewise
    PeopleAccess* people = nullptr;               // likewise
    std::vector<settings::Cidr> trusted_proxies;
    std::chrono::milliseconds audit_timeout{10'000};
    Secret env_digest_key;  // of the digests that stand for environment values in the log
};

}  // namespace rgw::api
