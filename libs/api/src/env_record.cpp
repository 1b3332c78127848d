#include "env_record.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "audit_entry.hpp"
#include "refusals.hpp"
#include "rgw/base/log.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::api {
namespace {

constexpr std::size_t digest_bytes = 16;
// More than that in one request is an attack, not a mistake; the call's own event stands for the
// rest.
constexpr std::size_t most_refused_events = 50;

std::string_view action_of(rack::Secrecy secrecy, rack::EnvKind kind) {
    const bool removed = kind == rack::EnvKind::removed;
    if (secrecy == rack::Secrecy::secret) {
        return removed ? "secret.unset" : "secret.set";
    }
    return removed ? "env.unset" : "env.set";
}

std::string_view name_of(rack::EnvKind kind) {
    switch (kind) {
        case rack::EnvKind::added:
            return "added";
        case rack::EnvKind::changed:
            return "changed";
        case rack::EnvKind::removed:
            return "removed";
    }
    return "";
}

// Equal values of one variable have equal digests, so that an auditor sees that a value came back.
// Nobody without the key can try values, and nobody who sees the log can by giving them to another
// variable: its name is part of it.
void append_digest(std::string& details, std::string_view name, const Secret& key,
                   std::string_view resource, const Secret& value) {
    const Secret text(std::string(resource) + "=" + std::string(value.expose()));
    const crypto::Digest digest = crypto::hmac_sha256(key.expose(), text.expose());
    details += ",\"";
    details += name;
    details += "\":\"" + crypto::hex(std::span(digest).first(digest_bytes)) + "\"";
}

}  // namespace

void note_env_changes(const Services& services, Call& call, std::string_view app,
                      const std::vector<rack::EnvDifference>& differences) {
    for (const rack::EnvDifference& difference : differences) {
        const std::string_view action = action_of(difference.secrecy, difference.kind);
        std::string resource = std::string(app) + "/" + difference.name;
        std::string details = R"({"kind":")";
        details += name_of(difference.kind);
        details += '"';
        if (difference.kind != rack::EnvKind::added) {
            append_digest(details, "old", services.env_digest_key, resource, difference.old_value);
        }
        if (difference.kind != rack::EnvKind::removed) {
            append_digest(details, "new", services.env_digest_key, resource, difference.new_value);
        }
        call.changes.push_back({.action_type = "convox",
                                .action = std::string(action),
                                .resource_type = std::string(action.substr(0, action.find('.'))),
                                .resource = std::move(resource),
                                .name = difference.name,
                                .details = details + "}"});
    }
}

async::Task<void> record_refused_env(Services& services, const Call& call, std::string app,
                                     const rack::EnvRefusal& refusal) {
    for (std::size_t i = 0; i < std::min(refusal.keys.size(), most_refused_events); ++i) {
        const rack::RefusedKey& key = refusal.keys[i];
        audit::Event event = refusal_event(call, refusal.error);
        event.action = action_of(key.secrecy, rack::EnvKind::changed);
        event.resource_type = key.secrecy == rack::Secrecy::secret ? "secret" : "env";
        event.resource = app + "/" + key.name;
        const Result<void> recorded = co_await record_refusal(services, call, std::move(event));
        if (!recorded) {
            log::warn("a refused variable could not be recorded",
                      {{"request_id", call.request_id}, {"error", describe(recorded.error())}});
        }
    }
}

}  // namespace rgw::api
