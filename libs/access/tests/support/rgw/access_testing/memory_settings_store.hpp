#pragma once

#include <utility>

#include "rgw/access/settings_store.hpp"

namespace rgw::access_testing {

class MemorySettingsStore final : public access::SettingsStore {
public:
    async::Task<Result<access::StoredSettings>> load(Deadline) override { co_return settings; }

    async::Task<Result<access::FormerRows>> change(access::SettingsChange change,
                                                   Deadline) override {
        access::FormerRows former;
        const access::StoredRows& rows = settings.rows(change.app);
        for (const auto& [key, json] : change.rows) {
            const auto row = rows.find(key);
            const std::optional<std::string> before =
                row == rows.end() ? std::optional<std::string>() : row->second;
            if (before != json) {
                former.emplace(key, before);
            }
        }
        settings = access::changed(std::move(settings), change);
        co_return former;
    }

    access::StoredSettings settings;
};

}  // namespace rgw::access_testing
