#include "rgw/pg/fence.hpp"

#include <string>

#include "rgw/base/log.hpp"

namespace rgw::pg {
namespace {

constexpr int least_version = 140'000;

}  // namespace

Result<void> Fence::admit(const ServerState& server) {
    if (server.standby) {
        return Error(Errc::database_unavailable,
                     "connected to a standby: the gateway needs the primary (name all hosts, with "
                     "target_session_attrs=read-write)");
    }
    if (!server.system || !server.timeline) {
        return {};
    }
    if (overtaken(server)) {
        return Error(Errc::database_unavailable,
                     "connected to an old primary on timeline " + std::to_string(*server.timeline) +
                         ": timeline " + std::to_string(timeline_) +
                         " was promoted since; stop this server, or make it a standby");
    }
    if (system_ && *server.system != *system_) {
        log::warn("the database is another cluster than before",
                  {{"timeline", *server.timeline}, {"timeline_before", timeline_}});
    } else if (system_ && *server.timeline > timeline_) {
        log::warn("another database server was promoted",
                  {{"timeline", *server.timeline}, {"timeline_before", timeline_}});
    }
    system_ = server.system;
    timeline_ = *server.timeline;
    return {};
}

bool Fence::overtaken(const ServerState& server) const {
    if (!server.system || !server.timeline || !system_) {
        return false;
    }
    return *server.system == *system_ && *server.timeline < timeline_;
}

Result<void> check_version(int version) {
    if (version >= least_version) {
        return {};
    }
    return Error(Errc::configuration_invalid, "the server is PostgreSQL " +
                                                  std::to_string(version / 10'000) +
                                                  ": the gateway needs 14 or later");
}

}  // namespace rgw::pg
