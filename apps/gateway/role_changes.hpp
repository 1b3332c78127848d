#pragma once

#include "rgw/audit/recorder.hpp"
#include "rgw/identity/claimed_roles.hpp"

namespace rgw::app {

// Changes of roles at sign-ins, in the audit log: user.roles_from_claim.
class RoleChanges final : public identity::RoleChangeLog {
public:
    RoleChanges(audit::Recorder& audit_log, const Clock& clock)
        : audit_log_(audit_log), clock_(clock) {}

    async::Task<Result<std::int64_t>> begin(identity::RoleChange change) override;
    async::Task<Result<void>> end(std::int64_t begun, identity::RoleChange change,
                                  Result<void> outcome) override;

private:
    audit::Recorder& audit_log_;
    const Clock& clock_;
};

}  // namespace rgw::app
