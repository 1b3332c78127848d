#include "rgw/storage/settings_store.hpp"

#include <utility>

namespace rgw::storage {
namespace {

const pg::Statement load_settings{"setting_load_global",
                                  "select key, value::text from settings where app_name is null"};

}  // namespace

async::Task<Result<access::StoredSettings>> PgSettingsStore::load_global(Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(load_settings, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    access::StoredSettings settings;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const pg::Row row = (*rows)[i];
        settings.emplace(row.get<std::string>(0), row.get<std::string>(1));
    }
    co_return settings;
}

}  // namespace rgw::storage
