#include "database.hpp"

#include <cstdlib>
#include <optional>
#include <string>

#include "rgw/pg/dsn.hpp"

namespace rgw::app {
namespace {

std::optional<std::string> from_environment(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<pg::ConnInfo> parse(const pg::DsnChoice& choice) {
    Result<pg::ConnInfo> info = pg::ConnInfo::parse(choice.dsn.expose());
    if (!info) {
        return Error(info.error().code, std::string(choice.variable) + ": " + info.error().detail);
    }
    return info;
}

}  // namespace

Database::Database(pg::ConnInfo info, pg::PoolOptions options)
    : pool_(loop_, std::move(info), options) {
    loop_.start();
}

Database::~Database() {
    wait_for(pool_.close(deadline_in(std::chrono::seconds(5))));
    loop_.stop();
    loop_.join();
}

Result<pg::ConnInfo> server_connection() {
    return parse(pg::server_dsn(from_environment));
}

Result<pg::ConnInfo> admin_connection() {
    return parse(pg::admin_dsn(from_environment));
}

}  // namespace rgw::app
