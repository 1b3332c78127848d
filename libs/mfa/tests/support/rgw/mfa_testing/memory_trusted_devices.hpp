#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rgw/mfa/trusted_devices.hpp"

namespace rgw::mfa_testing {

class MemoryTrustedDeviceStore final : public mfa::TrustedDeviceStore {
public:
    async::Task<Result<mfa::TrustedDeviceId>> create(mfa::NewTrustedDevice made,
                                                     Deadline) override {
        const mfa::TrustedDeviceId id{++last_id_};
        if (made.holder.session) {
            devices_of_sessions[*made.holder.session] = id;
        }
        auto user_agent = made.holder.user_agent;
        if (user_agent && user_agent->size() > 512) {
            user_agent->resize(512);
        }
        rows.push_back({.device = {.id = id,
                                   .device_uuid = made.device_uuid,
                                   .created_at = made.created_at,
                                   .last_used_at = made.created_at,
                                   .expires_at = made.expires_at,
                                   .ip_address = made.holder.ip_address,
                                   .user_agent = std::move(user_agent)},
                        .user = made.holder.user,
                        .token_hash = made.token_hash,
                        .user_agent_hash = made.user_agent_hash});
        co_return id;
    }

    async::Task<Result<mfa::RecognisedDevice>> recognise(std::string token_hash, UserId user,
                                                         std::string user_agent_hash,
                                                         std::optional<std::string> ip_address,
                                                         Timestamp now, Deadline) override {
        ++lookups;
        const auto row = std::ranges::find(rows, token_hash, &Row::token_hash);
        if (row == rows.end() || row->revoked_because || row->device.expires_at <= now) {
            co_return mfa::RecognisedDevice();
        }
        if (row->user != user) {
            row->revoked_because = "mismatched_user";
            co_return mfa::RecognisedDevice{.recognition = mfa::Recognition::another_user,
                                            .device = row->device.id};
        }
        if (row->user_agent_hash != user_agent_hash) {
            row->revoked_because = "mismatched_device";
            co_return mfa::RecognisedDevice{.recognition = mfa::Recognition::another_agent,
                                            .device = row->device.id};
        }
        row->device.last_used_at = now;
        row->device.ip_address = std::move(ip_address);
        co_return mfa::RecognisedDevice{.recognition = mfa::Recognition::known,
                                        .device = row->device.id};
    }

    async::Task<Result<std::vector<mfa::TrustedDevice>>> list(UserId user, Deadline) override {
        std::vector<mfa::TrustedDevice> devices;
        for (const Row& row : rows) {
            if (row.user == user && !row.revoked_because) {
                devices.insert(devices.begin(), row.device);
            }
        }
        co_return devices;
    }

    async::Task<Result<bool>> revoke(UserId user, mfa::TrustedDeviceId device, std::string reason,
                                     Timestamp, Deadline) override {
        const auto row = std::ranges::find_if(rows, [&](const Row& candidate) {
            return candidate.user == user && candidate.device.id == device;
        });
        if (row == rows.end()) {
            co_return false;
        }
        if (!row->revoked_because) {
            row->revoked_because = std::move(reason);
        }
        co_return true;
    }

    void revoke_all(UserId user, const std::string& reason) {
        for (Row& row : rows) {
            if (row.user == user && !row.revoked_because) {
                row.revoked_because = reason;
            }
        }
    }

    struct Row {
        mfa::TrustedDevice device;
        UserId user;
        std::string token_hash;
        std::string user_agent_hash;
        std::optional<std::string> revoked_because;
    };
    std::vector<Row> rows;
    std::map<SessionId, mfa::TrustedDeviceId> devices_of_sessions;
    int lookups = 0;

private:
    std::int64_t last_id_ = 0;
};

}  // namespace rgw::mfa_testing
