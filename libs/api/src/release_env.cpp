#include "release_env.hpp"

#include <utility>

#include "audit_entry.hpp"
#include "rack_answer.hpp"
#include "rack_request.hpp"
#include "refusals.hpp"
#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "rgw/crypto/digest.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds base_timeout{10};
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

// Equal values have equal digests, so that an auditor sees that a value came back, and nobody
// without the key can try values.
std::string digest_of(const Secret& key, const Secret& value) {
    const crypto::Digest digest = crypto::hmac_sha256(key.expose(), value.expose());
    return crypto::hex(std::span(digest).first(digest_bytes));
}

void append_digest(std::string& details, std::string_view name, const std::string& digest) {
    details += ",\"";
    details += name;
    details += "\":\"" + digest + "\"";
}

}  // namespace

rack::EnvView env_view(const Call& call, const access::PolicySettings& policy) {
    const std::string_view app = call.rack->param("app");
    return app.empty() ? rack::EnvView::names()
                       : rack::EnvView::of(call.principal->permissions, policy.env.of_app(app));
}

async::Task<Result<std::string>> ReleaseEnv::plan(rack::ReleaseForm form) {
    if (!services_.audit_log.healthy()) {
        co_return Error(Errc::audit_unavailable, "the appender is waiting for the database");
    }
    const Result<Secret> base = co_await load_base();
    if (!base) {
        co_return base.error();
    }
    const auto policy = services_.policy.current();
    const auto change = rack::change_env(form.env->expose(), base->expose(),
                                         policy->env.of_app(call_.rack->param("app")),
                                         call_.principal->permissions);
    if (!change) {
        co_await record_refused(change.error());
        co_return change.error().error;
    }
    for (const rack::EnvDifference& difference : change->differences) {
        note(difference);
    }
    co_return form.with_env(change->text.expose());
}

async::Task<Result<Secret>> ReleaseEnv::load_base() {
    const std::string releases = call_.rack->path;
    const Result<std::string> list = co_await get(releases + "?limit=1");
    if (!list) {
        co_return list.error();
    }
    const auto newest = rack::newest_release_id(*list);
    if (!newest) {
        co_return newest.error();
    }
    if (!*newest) {
        co_return Secret();  // an app without a release
    }
    const Result<std::string> release = co_await get(releases + "/" + **newest);
    if (!release) {
        co_return release.error();
    }
    co_return rack::release_env(*release, **newest);
}

async::Task<Result<std::string>> ReleaseEnv::get(std::string target) {
    http::OutRequest request{.method = "GET",
                             .target = std::move(target),
                             .fields = gateway_fields(call_, services_.rack),
                             .body = {}};
    auto opened = co_await rack_.open(std::move(request), deadline_in(base_timeout));
    if (!opened) {
        co_return opened.error();
    }
    const Result<http::ResponseHead> head = co_await (*opened)->read_head(base_timeout);
    if (!head) {
        co_return head.error();
    }
    if (head->status == 401) {
        co_return Errc::rack_credential_refused;
    }
    if (head->status == 404) {
        co_return Error(Errc::not_found, "the rack knows no such app");
    }
    if (head->status != 200) {
        co_return Error(Errc::rack_answer_invalid, "the rack's newest release cannot be read");
    }
    Result<std::string> body = co_await read_json_answer(**opened, *head, base_timeout);
    co_return body;
}

async::Task<void> ReleaseEnv::record_refused(const rack::EnvRefusal& refusal) {
    for (std::size_t i = 0; i < std::min(refusal.keys.size(), most_refused_events); ++i) {
        const rack::RefusedKey& key = refusal.keys[i];
        audit::Event event = refusal_event(call_, refusal.error);
        event.action = action_of(key.secrecy, rack::EnvKind::changed);
        event.resource_type = key.secrecy == rack::Secrecy::secret ? "secret" : "env";
        event.resource = std::string(call_.rack->param("app")) + "/" + key.name;
        const Result<void> recorded = co_await record_refusal(services_, call_, std::move(event));
        if (!recorded) {
            log::warn("a refused variable could not be recorded",
                      {{"request_id", call_.request_id}, {"error", describe(recorded.error())}});
        }
    }
}

void ReleaseEnv::note(const rack::EnvDifference& difference) {
    const std::string_view action = action_of(difference.secrecy, difference.kind);
    std::string details = R"({"kind":")";
    details += difference.kind == rack::EnvKind::added     ? "added\""
               : difference.kind == rack::EnvKind::changed ? "changed\""
                                                           : "removed\"";
    if (difference.kind != rack::EnvKind::added) {
        append_digest(details, "old", digest_of(services_.env_digest_key, difference.old_value));
    }
    if (difference.kind != rack::EnvKind::removed) {
        append_digest(details, "new", digest_of(services_.env_digest_key, difference.new_value));
    }
    call_.changes.push_back(
        {.action_type = "convox",
         .action = std::string(action),
         .resource_type = std::string(action.substr(0, action.find('.'))),
         .resource = std::string(call_.rack->param("app")) + "/" + difference.name,
         .name = difference.name,
         .details = details + "}"});
}

}  // namespace rgw::api
