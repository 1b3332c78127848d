#include "housekeeping.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "rgw/base/log.hpp"

namespace rgw::app {
namespace {

using namespace std::chrono_literals;

constexpr auto tick = 500ms;
constexpr int ticks_per_surplus = 4;
constexpr int ticks_per_orphan_search = 10;
constexpr int ticks_per_look_at_hosts = 10;
constexpr int ticks_per_figures = 30;
constexpr int ticks_per_minute = 120;
constexpr int ticks_per_hour = 60 * ticks_per_minute;
constexpr auto patience = 10s;
// A younger intent may belong to a process whose LISTEN connection is just being renewed, or to a
// sub-command.
constexpr auto orphan_age = 5s;

std::optional<std::int64_t> id_of(std::string_view text) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(id)
                                                                    : std::nullopt;
}

}  // namespace

void Housekeeping::start() {
    tasks_.spawn(load_settings());
    tasks_.spawn(close_orphans());
    if (parts_.provider != nullptr) {
        tasks_.spawn(discover_provider());
    }
    tasks_.spawn(parts_.database_watch.look_at_hosts());
    tasks_.spawn(parts_.database_watch.refresh());
    tasks_.spawn(parts_.checkpoints.run([this] { return parts_.appender.stats().events_total; }));
    if (parts_.anchors != nullptr) {
        tasks_.spawn(parts_.anchors->run_anchors(parts_.appender));
        tasks_.spawn(parts_.anchors->run_archive());
    }
    tasks_.spawn(parts_.retention.run());
    tasks_.spawn(run());
}

// The payload is `table:id` (migrations/0004); what cannot be read drops everything that is
// remembered.
void Housekeeping::on_notification(std::string_view, std::string_view payload) {
    const auto colon = payload.find(':');
    const std::string_view table = payload.substr(0, colon);
    if (table == "settings") {
        tasks_.spawn(load_settings());
        return;
    }
    const auto id =
        colon == std::string_view::npos ? std::nullopt : id_of(payload.substr(colon + 1));
    if (table == "users" && id) {
        parts_.authenticator.invalidate_user(UserId{*id});
        parts_.sessions.doubt_user(UserId{*id});
    } else if (table == "api_tokens" && id) {
        parts_.authenticator.invalidate_token(ApiTokenId{*id});
        parts_.sessions.doubt_token(ApiTokenId{*id});
    } else if (table == "user_sessions" && id) {
        parts_.authenticator.invalidate_session(SessionId{*id});
        parts_.sessions.doubt_session(SessionId{*id});
    } else {
        parts_.authenticator.invalidate_all();
        parts_.sessions.doubt_all();
    }
    tasks_.spawn(judge_sessions());
}

void Housekeeping::on_listening(bool listening) {
    parts_.authenticator.set_listening(listening);
    listening_ = listening;
    parts_.sessions.doubt_all();
    if (listening) {
        tasks_.spawn(load_settings());  // what changed while nobody listened
    } else {
        log::warn(
            "changes of rights are not heard of: every call asks the database until they are");
    }
}

async::Task<void> Housekeeping::run() {
    for (int ticks = 1; !stopping_; ++ticks) {
        co_await async::sleep_for(tick);
        if (!listening_) {
            parts_.sessions.doubt_all();  // nobody would tell
        }
        co_await judge_sessions();
        if (ticks % ticks_per_surplus == 0) {
            if (parts_.provider != nullptr && !parts_.provider->status()) {
                tasks_.spawn(discover_provider());
            }
            co_await write_surplus(api::RefusalMeter::Which::finished_minutes);
        }
        if (ticks % ticks_per_orphan_search == 0) {
            co_await close_orphans();
            const bool unpinned = parts_.rack_pin != nullptr && !parts_.rack_pin->known();
            if (unpinned || parts_.policy.stale()) {
                co_await load_settings();
            }
        }
        if (ticks % ticks_per_look_at_hosts == 0) {
            tasks_.spawn(parts_.database_watch.look_at_hosts());
        }
        if (ticks % ticks_per_figures == 0) {
            tasks_.spawn(parts_.database_watch.refresh());
        }
        if (ticks % ticks_per_minute == 0) {
            co_await write_last_uses();
            co_await forget_what_is_over();
            if (ticks % ticks_per_hour == 0) {
                tasks_.spawn(parts_.retention.run());
            }
            if (parts_.tls != nullptr) {
                const Result<void> reloaded = parts_.tls->reload_if_changed();
                if (!reloaded) {
                    log::error("the new certificate is not used",
                               {{"error", describe(reloaded.error())}});
                }
            }
        }
    }
}

async::Task<void> Housekeeping::stop() {
    stopping_ = true;
    parts_.checkpoints.stop();
    if (parts_.anchors != nullptr) {
        parts_.anchors->stop();
    }
    parts_.retention.stop();
    co_await tasks_.join();
    co_await write_surplus(api::RefusalMeter::Which::everything);
    co_await write_last_uses();
}

async::Task<void> Housekeeping::load_settings() {
    const Result<access::StoredSettings> loaded =
        co_await parts_.policy.reload(deadline_in(patience));
    if (loaded && parts_.rack_pin != nullptr) {
        co_await parts_.rack_pin->follow(loaded->global);
    }
}

// The client itself waits between tries, longer and longer.
async::Task<void> Housekeeping::discover_provider() {
    const auto provider = co_await parts_.provider->provider(deadline_in(patience));
    if (provider) {
        log::info("people can sign in", {{"issuer", (*provider)->issuer}});
    }
}

async::Task<void> Housekeeping::judge_sessions() {
    co_await parts_.sessions.judge(parts_.authenticator, parts_.clock.now());
}

async::Task<void> Housekeeping::close_orphans() {
    const Result<std::int64_t> closed = co_await storage::close_orphaned_intents(
        parts_.audit_store, parts_.appender, parts_.clock, orphan_age, deadline_in(patience));
    if (!closed) {
        log::warn("open intents could not be searched", {{"error", describe(closed.error())}});
    } else if (closed.value() > 0) {
        log::warn("intents of processes that ended were closed as unknown",
                  {{"count", closed.value()}});
    }
}

async::Task<void> Housekeeping::write_surplus(api::RefusalMeter::Which which) {
    for (audit::Event& event : parts_.refusals.take_surplus(parts_.clock.now(), which)) {
        const Result<audit::Receipt> written =
            co_await parts_.appender.append(std::move(event), deadline_in(patience));
        if (!written) {
            log::warn("a count of refusals could not be recorded",
                      {{"error", describe(written.error())}});
        }
    }
}

async::Task<void> Housekeeping::write_last_uses() {
    identity::Used used = parts_.authenticator.take_used();
    const Result<void> tokens = co_await parts_.tokens.touch(
        std::move(used.tokens), parts_.clock.now(), deadline_in(patience));
    const Result<void> sessions =
        co_await parts_.user_sessions.touch(std::move(used.sessions), deadline_in(patience));
    for (const Result<void>* written : {&tokens, &sessions}) {
        if (!*written) {
            log::warn("last uses could not be written", {{"error", describe(written->error())}});
        }
    }
}

async::Task<void> Housekeeping::forget_what_is_over() {
    Result<void> forgotten = co_await parts_.rate_limits.forget_free(deadline_in(patience));
    if (forgotten && parts_.factors != nullptr) {
        forgotten = co_await parts_.factors->forget(parts_.clock.now(), deadline_in(patience));
    }
    if (!forgotten) {
        log::warn("what is over could not be dropped", {{"error", describe(forgotten.error())}});
    }
}

}  // namespace rgw::app
