#include "configuration.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "rgw/crypto/aead.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/pg/dsn.hpp"

namespace rgw::app {
namespace {

Result<pg::ConnInfo> parse(const pg::DsnChoice& choice) {
    Result<pg::ConnInfo> info = pg::ConnInfo::parse(choice.dsn.expose());
    if (!info) {
        return Error(info.error().code, std::string(choice.variable) + ": " + info.error().detail);
    }
    return info;
}

constexpr std::string_view signing_purpose = "audit checkpoint signing";

Result<crypto::SigningKey> derive_signing_key(const Secret& hmac_secret) {
    if (hmac_secret.empty()) {
        return Error(Errc::configuration_invalid,
                     "neither AUDIT_SIGNING_KEY nor AUDIT_HMAC_SECRET is set; checkpoints of the "
                     "audit log cannot be signed without");
    }
    return crypto::SigningKey::ed25519(crypto::PurposeKey(hmac_secret, signing_purpose).key);
}

Result<crypto::SigningKey> read_signing_key(const char* variable, const Secret& base64) {
    auto seed = crypto::parse_base64(base64.expose());
    auto key = crypto::SigningKey::ed25519(Secret(std::move(seed).value_or("")));
    if (!key) {
        return Error(Errc::configuration_invalid,
                     std::string(variable) + ": must be base64 of 32 bytes");
    }
    return key;
}

Result<crypto::SigningKey> current_signing_key(const settings::AuditSettings& settings) {
    return settings.signing_key.empty()
               ? derive_signing_key(settings.hmac_secret)
               : read_signing_key("AUDIT_SIGNING_KEY", settings.signing_key);
}

Result<std::vector<crypto::SigningKey>> signing_keys(const settings::AuditSettings& settings) {
    auto current = current_signing_key(settings);
    if (!current) {
        return current.error();
    }
    std::vector<crypto::SigningKey> keys = {*current};
    for (const Secret& previous : settings.previous_signing_keys) {
        auto key = previous.expose() == settings::derived_signing_key
                       ? derive_signing_key(settings.hmac_secret)
                       : read_signing_key("AUDIT_SIGNING_KEY_PREVIOUS", previous);
        if (!key) {
            return key.error();
        }
        const bool known = std::ranges::any_of(keys, [&](const crypto::SigningKey& other) {
            return other.public_key() == key->public_key();
        });
        if (!known) {
            keys.push_back(*key);
        }
    }
    return keys;
}

Result<audit::NoteSigner> signer(const settings::AuditSettings& settings, crypto::SigningKey key) {
    auto made = audit::NoteSigner::make(settings.log_origin, std::move(key));
    if (!made) {
        return Error(Errc::configuration_invalid, "AUDIT_LOG_ORIGIN: " + made.error().detail);
    }
    return made;
}

}  // namespace

std::optional<std::string> from_environment(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<pg::ConnInfo> server_connection() {
    return parse(pg::server_dsn(from_environment));
}

Result<pg::ConnInfo> admin_connection() {
    return parse(pg::admin_dsn(from_environment));
}

Result<std::vector<audit::Key>> audit_keys(const settings::AuditSettings& settings) {
    if (settings.hmac_secret.empty()) {
        return Error(
            Errc::configuration_invalid,
            "AUDIT_HMAC_SECRET is not set; the audit log cannot be written or verified without it");
    }
    std::vector<audit::Key> keys;
    keys.emplace_back(settings.hmac_secret);
    for (const Secret& previous : settings.previous_secrets) {
        keys.emplace_back(previous);
    }
    return keys;
}

Result<CheckpointKeys> checkpoint_keys(const settings::AuditSettings& settings) {
    const auto keys = signing_keys(settings);
    if (!keys) {
        return keys.error();
    }
    CheckpointKeys out;
    const auto add_verifier = [&out](const audit::NoteSigner& of) {
        out.verifiers.push_back(audit::NoteVerifier::parse(of.verifier_text()).value());
    };
    for (const crypto::SigningKey& key : *keys) {
        auto made = signer(settings, key);
        if (!made) {
            return made.error();
        }
        add_verifier(*made);
        out.signers.push_back(std::move(*made));
    }
    for (const Secret& previous : settings.previous_secrets) {
        add_verifier(signer(settings, derive_signing_key(previous).value()).value());
    }
    return out;
}

}  // namespace rgw::app
