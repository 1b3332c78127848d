#include "rgw/storage/creator_store.hpp"

#include <optional>
#include <span>
#include <utility>

namespace rgw::storage {
namespace {

const pg::Statement find_resource_creators{
    "user_resource_find_creators",
    "select r.resource_id, u.id, u.email, u.name from user_resources r"
    " join users u on u.id = r.user_id"
    " where r.resource_type = $1 and r.resource_id = any ($2) order by r.created_at"};

}  // namespace

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
