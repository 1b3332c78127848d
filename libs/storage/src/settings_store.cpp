#include "rgw/storage/settings_store.hpp"

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace rgw::storage {
namespace {

const pg::Statement load_settings{"setting_load",
                                  "select app_name, key, value::text from settings"};

const pg::Statement insert_setting{"setting_insert_global",
                                   "insert into settings (key, value) values ($1, $2::jsonb)"
                                   " on conflict (coalesce(app_name, ''), key) do nothing"
                                   " returning id"};

// One change after the other: what a change says it replaced is what stood there. Readers go on.
const pg::Statement lock_settings{"setting_lock",
                                  "lock table settings in share row exclusive mode"};

// $1: the app, '' for none; $2, $3: keys and their JSON, null to remove; $4: who.
const pg::Statement change_settings{
    "setting_change",
    "with given as (select g.key, g.value::jsonb as value from unnest($2, $3) as g (key, value)),"
    " altered as ("
    "   select given.key, given.value, s.value as former from given"
    "   left join settings s on coalesce(s.app_name, '') = $1 and s.key = given.key"
    "   where given.value is distinct from s.value),"
    " removed as ("
    "   delete from settings s using altered"
    "   where coalesce(s.app_name, '') = $1 and s.key = altered.key and altered.value is null),"
    " written as ("
    "   insert into settings (app_name, key, value, updated_by_user_id)"
    "   select nullif($1, ''), key, value, $4 from altered where value is not null"
    "   on conflict (coalesce(app_name, ''), key) do update set value = excluded.value,"
    "   updated_at = now(), updated_by_user_id = excluded.updated_by_user_id)"
    " select key, former::text from altered"};

pg::Params params_of(const access::SettingsChange& change) {
    std::vector<std::optional<std::string>> keys;
    std::vector<std::optional<std::string>> values;
    for (const auto& [key, json] : change.rows) {
        keys.emplace_back(key);
        values.push_back(json);
    }
    pg::Params params;
    params.add(change.app);
    params.add(std::span<const std::optional<std::string>>(keys));
    params.add(std::span<const std::optional<std::string>>(values));
    params.add(change.by ? std::optional(change.by->value) : std::nullopt);
    return params;
}

async::Task<Result<access::FormerRows>> change_locked(pg::Connection& connection, pg::Params params,
                                                      Deadline deadline) {
    const Result<pg::Rows> locked = co_await connection.run(lock_settings, {}, deadline);
    if (!locked) {
        co_return locked.error();
    }
    const Result<pg::Rows> rows =
        co_await connection.run(change_settings, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    access::FormerRows former;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const pg::Row row = (*rows)[i];
        former.emplace(row.get<std::string>(0), row.get<std::optional<std::string>>(1));
    }
    co_return former;
}

}  // namespace

async::Task<Result<access::StoredSettings>> PgSettingsStore::load(Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(load_settings, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    access::StoredSettings settings;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const pg::Row row = (*rows)[i];
        const auto app = row.get<std::optional<std::string>>(0);
        access::StoredRows& rows_of = app ? settings.apps[*app] : settings.global;
        rows_of.emplace(row.get<std::string>(1), row.get<std::string>(2));
    }
    co_return settings;
}

async::Task<Result<access::FormerRows>> PgSettingsStore::change(access::SettingsChange change,
                                                                Deadline deadline) {
    if (change.rows.empty()) {
        co_return access::FormerRows();
    }
    // Not a coroutine itself: it only hands on what it holds.
    const auto work = [params = params_of(change), deadline](pg::Connection& connection) {
        return change_locked(connection, params, deadline);
    };
    Result<access::FormerRows> former =
        co_await pool_.transaction<access::FormerRows>(work, deadline);
    co_return former;
}

async::Task<Result<bool>> PgSettingsStore::insert_global(std::string key, std::string json,
                                                         Deadline deadline) {
    pg::Params params;
    params.add(key).add(json);
    const Result<pg::Rows> rows = co_await pool_.query(insert_setting, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return !rows->empty();
}

}  // namespace rgw::storage
