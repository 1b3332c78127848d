#include "rgw/access/settings_store.hpp"

namespace rgw::access {

StoredSettings changed(StoredSettings settings, const SettingsChange& change) {
    StoredRows& rows = change.app.empty() ? settings.global : settings.apps[change.app];
    for (const auto& [key, json] : change.rows) {
        if (json) {
            rows.insert_or_assign(key, *json);
        } else {
            rows.erase(key);
        }
    }
    if (!change.app.empty() && rows.empty()) {
        settings.apps.erase(change.app);
    }
    return settings;
}

}  // namespace rgw::access
