#include "release_env.hpp"

#include "env_record.hpp"
#include "env_turn.hpp"
#include "last_seen_release.hpp"
#include "rgw/rack/env_change.hpp"

namespace rgw::api {

rack::EnvView env_view(const Call& call, const access::PolicySettings& policy) {
    const std::string_view app = call.rack->param("app");
    return app.empty() ? rack::EnvView::names()
                       : rack::EnvView::of(call.principal->permissions, policy.env.of_app(app));
}

async::Task<Result<std::string>> ReleaseEnv::plan(rack::ReleaseForm form) {
    if (!services_.audit_log.healthy()) {
        co_return Error(Errc::audit_unavailable, "the appender is waiting for the database");
    }
    const std::string app(call_.rack->param("app"));
    const Result<void> begun = co_await begin_env_turn(services_, call_, app);
    if (!begun) {
        co_return begun.error();
    }
    const Result<AppEnv> newest = co_await releases_.load_newest();
    if (!newest) {
        co_return newest.error();
    }
    if (!form.names_build) {
        const Result<void> up_to_date = co_await check_up_to_date(*newest);
        if (!up_to_date) {
            co_return up_to_date.error();
        }
    }
    const auto policy = services_.policy.current();
    const auto change = rack::change_env(form.env->expose(), newest->text.expose(),
                                         policy->env.of_app(app), call_.principal->permissions);
    if (!change) {
        co_await record_refused_env(services_, call_, app, change.error());
        co_return change.error().error;
    }
    note_env_changes(services_, call_, app, change->differences);
    co_return form.with_env(change->text.expose());
}

// The rack's own command line sends all of an environment it read some time ago, and does not say
// which: what somebody else changed since then would go back without a word.
async::Task<Result<void>> ReleaseEnv::check_up_to_date(const AppEnv& newest) {
    const auto seen = co_await find_last_seen_release(services_, call_);
    if (!seen) {
        co_return seen.error();
    }
    if (!*seen || **seen == newest.release) {
        co_return Result<void>();
    }
    const Result<Secret> then = co_await releases_.load_env(**seen);
    if (!then && then.error().code != Errc::not_found) {
        co_return then.error();
    }
    if (then && then->expose() != newest.text.expose()) {
        co_return Error(Errc::env_conflict, "release " + newest.release +
                                                " changed the environment after you read that of " +
                                                **seen + "; read it again and repeat the change");
    }
    co_return Result<void>();
}

}  // namespace rgw::api
