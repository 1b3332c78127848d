#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "rgw/identity/claimed_roles.hpp"

namespace rgw::identity_testing {

class MemoryRoleChangeLog final : public identity::RoleChangeLog {
public:
    async::Task<Result<std::int64_t>> begin(identity::RoleChange change) override {
        if (fails) {
            co_return Errc::audit_unavailable;
        }
        begun.push_back(std::move(change));
        co_return static_cast<std::int64_t>(begun.size());
    }
    async::Task<Result<void>> end(std::int64_t, identity::RoleChange,
                                  Result<void> outcome) override {
        ended.push_back(outcome ? "success" : std::string(id(outcome.error().code)));
        co_return Result<void>();
    }

    std::vector<identity::RoleChange> begun;
    std::vector<std::string> ended;
    bool fails = false;
};

}  // namespace rgw::identity_testing
