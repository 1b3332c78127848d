#include "rgw/storage/settings_store.hpp"

#include <optional>
#include <utility>

namespace rgw::storage {
namespace {

const pg::Statement load_settings{"setting_load",
                                  "select app_name, key, value::text from settings"};

const pg::Statement insert_setting{"setting_insert_global",
                                   "insert into settings (key, value) values ($1, $2::jsonb)"
                                   " on conflict (coalesce(app_name, ''), key) do nothing"
                                   " returning id"};

const pg::Statement replace_setting{
    "setting_replace_global",
    "insert into settings (key, value) values ($1, $2::jsonb)"
    " on conflict (coalesce(app_name, ''), key)"
    " do update set value = excluded.value, updated_at = now(), updated_by_user_id = null"};

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

async::Task<Result<void>> PgSettingsStore::replace_global(std::string key, std::string json,
                                                          Deadline deadline) {
    pg::Params params;
    params.add(key).add(json);
    const Result<pg::Rows> rows =
        co_await pool_.query(replace_setting, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

}  // namespace rgw::storage
