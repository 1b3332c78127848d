#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "creations.hpp"
#include "env_record.hpp"
#include "env_turn.hpp"
#include "handlers.hpp"
#include "rack_releases.hpp"
#include "rgw/access/decision.hpp"
#include "rgw/base/percent.hpp"
#include "rgw/rack/env_change.hpp"
#include "rgw/rack/release_env.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

constexpr std::size_t most_body_bytes = 1024UL * 1024;

struct AppEnvironment {
    std::map<std::string, std::string> env;
    // Whose environment this is; of a change, what it created. Sent along with a change it guards
    // against somebody else's meanwhile.
    std::optional<std::string> release_id;
};
RGW_WIRE(AppEnvironment, env, release_id)

struct EnvironmentChange {
    std::optional<std::map<std::string, std::string>> set;
    std::optional<std::vector<std::string>> remove;
    std::optional<std::string> release_id;
};
RGW_WIRE(EnvironmentChange, set, remove, release_id)

// The releases of the app in the path, which the rack must be able to have.
Result<RackReleases> releases_of(const GatewayCall& call) {
    std::string path = "/apps/";
    append_path_segment(path, call.path("app"));
    const Result<rack::Match> match = rack::match("GET", path + "/releases");
    if (!match) {
        return match.error();
    }
    return RackReleases(call.services(), call.rack(), call.call(), match->path);
}

std::optional<std::string> id_of(const AppEnv& env) {
    return env.release.empty() ? std::nullopt : std::optional(env.release);
}

// The resource of the event, and what of `values` is answered.
rack::EnvValues pick(GatewayCall& call, rack::EnvValues values) {
    const std::optional<std::string> key = call.query("key");
    if (!key || key->empty()) {
        return values;
    }
    call.name_resource(call.path("app") + "/" + *key);
    const auto found = values.find(*key);
    return {{*key, found == values.end() ? std::string() : found->second}};
}

rack::EnvValues masked(const GatewayCall& call, std::string_view text) {
    const auto policy = call.services().policy.current();
    return rack::mask_env_values(text, rack::EnvView::of(call.principal()->permissions,
                                                         policy->env.of_app(call.path("app"))));
}

async::Task<Result<Reply>> answer_get_env(GatewayCall call) {
    Result<RackReleases> releases = releases_of(call);
    if (!releases) {
        co_return releases.error();
    }
    const Result<AppEnv> newest = co_await releases->load_newest();
    if (!newest) {
        co_return newest.error();
    }
    co_return json_reply(AppEnvironment{.env = pick(call, masked(call, newest->text.expose())),
                                        .release_id = id_of(*newest)});
}

// The row asks for convox:secret:read; who sees no values at all sees no secrets either.
async::Task<Result<Reply>> answer_reveal_env(GatewayCall call) {
    const Result<void> may =
        access::decide(call.principal()->permissions, access::Permission::convox_env_read);
    if (!may) {
        co_return may.error();
    }
    Result<RackReleases> releases = releases_of(call);
    if (!releases) {
        co_return releases.error();
    }
    const Result<AppEnv> newest = co_await releases->load_newest();
    if (!newest) {
        co_return newest.error();
    }
    co_return json_reply(
        AppEnvironment{.env = pick(call, rack::reveal_env_values(newest->text.expose())),
                       .release_id = id_of(*newest)});
}

// A change is judged and noted, its intent is durable, then the rack is told.
async::Task<Result<Reply>> change(GatewayCall call, RackReleases releases,
                                  EnvironmentChange asked) {
    const std::string app = call.path("app");
    const Result<void> begun = co_await begin_env_turn(call.services(), call.call(), app);
    if (!begun) {
        co_return begun.error();
    }
    const Result<AppEnv> newest = co_await releases.load_newest();
    if (!newest) {
        co_return newest.error();
    }
    if (asked.release_id && *asked.release_id != newest->release) {
        co_return Error(Errc::env_conflict,
                        (newest->release.empty() ? "the app has no release"
                                                 : "the newest release is " + newest->release) +
                            ", not " + asked.release_id->substr(0, 64) +
                            "; read the environment again and repeat the change");
    }
    rack::EnvPatch patch;
    if (asked.set) {
        patch.set.insert(asked.set->begin(), asked.set->end());
    }
    patch.remove = std::move(asked.remove).value_or(std::vector<std::string>());
    const auto policy = call.services().policy.current();
    const auto planned = rack::patch_env(patch, newest->text.expose(), policy->env.of_app(app),
                                         call.principal()->permissions);
    if (!planned) {
        co_await record_refused_env(call.services(), call.call(), app, planned.error());
        co_return planned.error().error;
    }
    if (planned->differences.empty()) {
        call.add_detail("changes", "\"none\"");
        co_return json_reply(
            AppEnvironment{.env = masked(call, newest->text.expose()), .release_id = {}});
    }
    note_env_changes(call.services(), call.call(), app, planned->differences);
    const Result<void> recorded = co_await call.open_record();
    if (!recorded) {
        co_return recorded.error();
    }
    const Result<std::string> created =
        co_await releases.create(rack::ReleaseForm().with_env(planned->text.expose()));
    if (!created) {
        co_return created.error();
    }
    co_await note_created(call.services(), call.call(),
                          {{.type = "release", .app = app, .id = *created}});
    co_return json_reply(
        AppEnvironment{.env = masked(call, planned->text.expose()), .release_id = *created});
}

async::Task<Result<Reply>> answer_put_env(GatewayCall call) {
    Result<EnvironmentChange> asked = read_body<EnvironmentChange>(call);
    if (!asked) {
        co_return asked.error();
    }
    Result<RackReleases> releases = releases_of(call);
    if (!releases) {
        co_return releases.error();
    }
    Result<Reply> reply = co_await change(call, std::move(*releases), std::move(*asked));
    co_return reply;
}

constexpr QueryParameter env_query[] = {
    {"key", "only this variable; an empty value when there is none"},
    {"secrets", "true: the values of secrets too; takes convox:secret:read and a fresh factor"},
};

}  // namespace

const Operation get_env{.handle = answer_get_env,
                        .summary = "An app's environment; values nobody may see are 20 asterisks",
                        .query = env_query,
                        .answer = shape<AppEnvironment>};
const Operation reveal_env{.handle = answer_reveal_env,
                           .summary = "An app's environment with the values of its secrets",
                           .query = env_query,
                           .answer = shape<AppEnvironment>};
const Operation put_env{.handle = answer_put_env,
                        .summary = "Sets and removes variables in a new release; promotes nothing",
                        .body = shape<EnvironmentChange>,
                        .body_limit = most_body_bytes,
                        .answer = shape<AppEnvironment>};

}  // namespace rgw::api
