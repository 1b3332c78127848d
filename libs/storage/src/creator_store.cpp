#include "rgw/storage/creator_store.hpp"

#include <optional>
#include <span>
#include <utility>

namespace rgw::storage {
namespace {

const pg::Statement record_resource_creator{
    "user_resource_record",
    "insert into user_resources (user_id, resource_type, app, resource_id)"
    " values ($1, $2, $3, $4) on conflict on constraint user_resources_resource_uq do nothing"};

const pg::Statement record_creator_of_build{
    "user_resource_record_release_of_build",
    "insert into user_resources (user_id, resource_type, app, resource_id)"
    " select user_id, 'release', app, $3 from user_resources"
    " where resource_type = 'build' and app = $1 and resource_id = $2"
    " on conflict on constraint user_resources_resource_uq do nothing"};

const pg::Statement forget_app_creators{
    "user_resource_forget_app",
    "delete from user_resources"
    " where app = $1 or (resource_type = 'app' and app = '' and resource_id = $1)"};

const pg::Statement find_resource_creators{
    "user_resource_find_creators",
    "select r.resource_id, u.id, u.email, u.name from user_resources r"
    " join users u on u.id = r.user_id"
    " where r.resource_type = $1 and r.resource_id = any ($2) order by r.created_at"};

}  // namespace

async::Task<Result<void>> PgCreatorStore::record(UserId user, identity::Created created,
                                                 Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(created.type).add(created.app).add(created.id);
    const Result<void> done = co_await run(record_resource_creator, std::move(params), deadline);
    co_return done;
}

async::Task<Result<void>> PgCreatorStore::record_release_of_build(std::string app,
                                                                  std::string build,
                                                                  std::string release,
                                                                  Deadline deadline) {
    pg::Params params;
    params.add(app).add(build).add(release);
    const Result<void> done = co_await run(record_creator_of_build, std::move(params), deadline);
    co_return done;
}

async::Task<Result<void>> PgCreatorStore::forget_app(std::string app, Deadline deadline) {
    pg::Params params;
    params.add(app);
    const Result<void> done = co_await run(forget_app_creators, std::move(params), deadline);
    co_return done;
}

async::Task<Result<void>> PgCreatorStore::run(const pg::Statement& statement, pg::Params params,
                                              Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool_.query(statement, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

async::Task<Result<std::vector<identity::Creation>>> PgCreatorStore::find_creators(
    std::string type, std::vector<std::string> ids, Deadline deadline) {
    const std::vector<std::optional<std::string>> wanted(ids.begin(), ids.end());
    pg::Params params;
    params.add(type).add(std::span<const std::optional<std::string>>(wanted));
    const Result<pg::Rows> rows =
        co_await pool_.query(find_resource_creators, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    std::vector<identity::Creation> creations;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        const pg::Row row = (*rows)[i];
        creations.push_back({.resource_id = row.get<std::string>(0),
                             .user = UserId{row.get<std::int64_t>(1)},
                             .email = row.get<std::string>(2),
                             .name = row.get<std::string>(3)});
    }
    co_return creations;
}

}  // namespace rgw::storage
