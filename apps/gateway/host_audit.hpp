#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "database.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/storage/audit_store.hpp"

namespace rgw::app {

// The audit records of what is done on the server host by a sub-command: the same log, the same
// promises.
class HostAudit {
public:
    HostAudit(Database& database, std::vector<audit::Key> keys);

    // The intent of an action on `resource`; its chain index. Errors: those of Appender::append.
    async::Task<Result<std::int64_t>> begin(std::string action, std::string resource,
                                            std::string user_email);
    // Its outcome: success or error.
    async::Task<Result<void>> end(std::int64_t intent, std::string_view status);
    async::Task<void> close();

private:
    storage::PgAuditStore store_;
    audit::Appender appender_;
    audit::Event event_;
};

}  // namespace rgw::app
