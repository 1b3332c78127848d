// Reading and changing the settings an operator may change while the gateway runs.
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "call.hpp"
#include "handlers.hpp"
#include "rgw/api/policy_keeper.hpp"
#include "rgw/base/text.hpp"
#include "setting_record.hpp"
#include "settings_request.hpp"
#include "wire.hpp"

namespace rgw::api {
namespace {

using access::SettingInfo;
using access::SettingsChange;
using access::StoredSettings;

constexpr std::chrono::seconds patience{10};

struct Setting {
    boost::json::value value;
    std::string source;  // db, env, default, global_default
    std::string env_var;
    std::optional<std::string> problem;  // why the stored value does not count
    std::optional<std::string> warning;  // what the operator should know of it
};
RGW_WIRE(Setting, value, source, env_var, problem, warning)

std::optional<std::string> shown_warning(const SettingInfo& setting,
                                         const access::SettingValue& value) {
    const std::string_view warning = access::warning_of(setting, value);
    return warning.empty() ? std::nullopt : std::optional(std::string(warning));
}

using SettingMap = std::map<std::string, Setting>;
using ValueMap = std::map<std::string, boost::json::value>;

constexpr QueryParameter key_parameter[] = {
    {"key", "a key to reset, may stand several times; all of the group without it"}};

SettingList keys_within(access::SettingScope scope) {
    SettingList keys;
    for (const SettingInfo& each : access::all_settings()) {
        if (access::scope(each) == scope) {
            keys.push_back(&each);
        }
    }
    return keys;
}

Reply describe_settings(const SettingList& keys, std::string_view app, const StoredSettings& stored,
                        const access::EnvironmentSettings& environment) {
    SettingMap answer;
    for (const SettingInfo* each : keys) {
        access::EffectiveSetting found = access::effective_setting(*each, app, stored, environment);
        answer.emplace(each->key, Setting{.value = boost::json::parse(access::to_json(found.value)),
                                          .source = std::string(name(found.source)),
                                          .env_var = access::variable_of(*each, app),
                                          .problem = std::move(found.problem),
                                          .warning = shown_warning(*each, found.value)});
    }
    return json_reply(answer);
}

// A change that is written, as it was found and left.
struct Written {
    StoredSettings before;
    StoredSettings after;
};

void record(GatewayCall& call, std::string_view app, const access::FormerRows& former,
            const Written& written) {
    const auto& environment = call.services().policy_keeper.environment();
    for (const auto& [key, row] : former) {
        const SettingInfo& setting = access::setting(key);
        call.record_change(setting_record(
            setting, app, access::effective_setting(setting, app, written.before, environment),
            access::effective_setting(setting, app, written.after, environment)));
    }
}

async::Task<Result<Written>> apply_change(GatewayCall call, SettingsChange change) {
    PolicyKeeper& keeper = call.services().policy_keeper;
    const Deadline deadline = deadline_in(patience);
    Result<StoredSettings> stored = co_await keeper.load(deadline);
    if (!stored) {
        co_return stored.error();
    }
    if (setting_group_of(call).group == access::SettingGroup::session_configuration) {
        auto conflict =
            access::session_conflict(access::changed(*stored, change), keeper.environment());
        if (conflict) {
            co_return settings_refused(std::move(*conflict));
        }
    }
    const Result<access::FormerRows> former = co_await keeper.change(change, deadline);
    if (!former) {
        co_return former.error();
    }
    Written written{.before = access::changed(std::move(*stored),
                                              {.app = change.app, .rows = *former, .by = {}}),
                    .after = {}};
    written.after = access::changed(written.before, change);
    record(call, change.app, *former, written);
    co_return written;
}

// What was refused is told in the event, too.
Error told(GatewayCall& call, const Error& error) {
    if (error.code == Errc::invalid_request) {
        std::string json;
        append_json_string(json, error.detail);
        call.add_detail("problem", json);
    }
    return error;
}

using ReadChange = Result<SettingsChange> (*)(const GatewayCall&);

async::Task<Result<Reply>> answer_settings(GatewayCall call) {
    const Result<std::string> app = settings_app_of(call);
    if (!app) {
        co_return app.error();
    }
    PolicyKeeper& keeper = call.services().policy_keeper;
    const Result<StoredSettings> stored = co_await keeper.load(deadline_in(patience));
    if (!stored) {
        co_return stored.error();
    }
    const auto scope = app->empty() ? access::SettingScope::global : access::SettingScope::app;
    co_return describe_settings(keys_within(scope), *app, *stored, keeper.environment());
}

async::Task<Result<Reply>> change_and_answer(GatewayCall call, ReadChange read_it,
                                             SettingList shown) {
    const access::SettingGroupInfo& group = setting_group_of(call);
    call.name_resource(call.call().path.empty() ? std::string(group.path)
                                                : call.path("app") + "/" + std::string(group.path));
    const Result<SettingsChange> change = read_it(call);
    if (!change) {
        co_return told(call, change.error());
    }
    if (shown.empty()) {
        for (const auto& [key, row] : change->rows) {
            shown.push_back(&access::setting(key));
        }
    }
    const Result<Written> written = co_await apply_change(call, *change);
    if (!written) {
        co_return told(call, written.error());
    }
    co_return describe_settings(shown, change->app, written->after,
                                call.services().policy_keeper.environment());
}

// The answer shows the whole group.
async::Task<Result<Reply>> put_values(GatewayCall call) {
    Result<Reply> reply =
        co_await change_and_answer(call, read_values, keys_of(setting_group_of(call).group));
    co_return reply;
}

// The answer shows what was reset.
async::Task<Result<Reply>> reset_values(GatewayCall call) {
    Result<Reply> reply = co_await change_and_answer(call, read_reset, {});
    co_return reply;
}

}  // namespace

const Operation get_settings{
    .handle = answer_settings,
    .summary = "Every setting, with where its value comes from",
    .answer = shape<SettingMap>,
};
const Operation put_settings{
    .handle = put_values,
    .summary = "Change settings of this group, all or none",
    .body = shape<ValueMap>,
    .answer = shape<SettingMap>,
};
const Operation put_setting{
    .handle = put_values,
    .summary = "Change this setting; the body is its value",
    .body = shape<boost::json::value>,
    .answer = shape<SettingMap>,
};
const Operation reset_settings{
    .handle = reset_values,
    .summary = "Take stored values away",
    .query = key_parameter,
    .answer = shape<SettingMap>,
};

}  // namespace rgw::api
