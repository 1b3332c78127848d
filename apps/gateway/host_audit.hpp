#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "database.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/settings/settings.hpp"
#include "rgw/storage/audit_store.hpp"

namespace rgw::app {

struct HostAction {
    std::string type;    // audit::Event::action_type
    std::string action;  // "api_token.create"
    std::string resource;
    std::string user_email;  // of whom it is done for; "" when it is for nobody
    std::string more;        // further members of the details, as JSON text with a leading comma
};

// The audit records of what is done on the server host by a sub-command: the same log, the same
// promises.
class HostAudit {
public:
    HostAudit(Database& database, std::vector<audit::Key> keys);

    // The intent of an action; its chain index. Errors: those of Appender::append.
    async::Task<Result<std::int64_t>> begin(HostAction action);
    // Its outcome: success or error.
    async::Task<Result<void>> end(std::int64_t intent, std::string_view status);
    async::Task<void> close();

private:
    storage::PgAuditStore store_;
    audit::Appender appender_;
    audit::Event event_;
};

// What a sub-command that changes something works with: the server's database, and the log.
class Host {
public:
    // Errors: those of server_connection() and find_database_server().
    static Result<std::unique_ptr<Host>> open(const settings::AuditSettings& settings);
    Host(pg::ConnInfo info, std::vector<audit::Key> keys);
    // Writes what is left of the log.
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    [[nodiscard]] Database& database() { return database_; }
    [[nodiscard]] HostAudit& audit() { return audit_; }

private:
    pg::Fence fence_;
    Database database_;
    HostAudit audit_;
};

}  // namespace rgw::app
