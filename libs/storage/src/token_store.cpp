#include "rgw/storage/token_store.hpp"

#include <utility>

#include "text_list.hpp"

namespace rgw::storage {
namespace {

const pg::Statement find_token{"api_token_find_by_hash",
                               "select t.id, t.name, t.permissions,"
                               " case when t.token_hash = $1 then t.expires_at"
                               " else least(t.expires_at, t.previous_token_expires_at) end,"
                               " u.id, u.email, u.name, u.suspended, u.locked_at is not null"
                               " from api_tokens t join users u on u.id = t.user_id"
                               " where t.token_hash = $1 or t.previous_token_hash = $1"};

// Never back in time: replicas report in any order.
const pg::Statement touch_tokens{
    "api_token_touch",
    "update api_tokens set last_used_at = greatest(last_used_at, $2) where id = any ($1)"};

Result<identity::TokenRecord> read_token(const pg::Row& row) {
    auto permissions = read_text_list(row.get<std::string_view>(2), "api_tokens.permissions");
    if (!permissions) {
        return permissions.error();
    }
    return identity::TokenRecord{
        .id = ApiTokenId{row.get<std::int64_t>(0)},
        .name = row.get<std::string>(1),
        .permissions = std::move(*permissions),
        .expires_at = row.get<std::optional<Timestamp>>(3),
        .owner_id = UserId{row.get<std::int64_t>(4)},
        .owner_email = row.get<std::string>(5),
        .owner_name = row.get<std::string>(6),
        .owner_suspended = row.get<bool>(7),
        .owner_locked = row.get<bool>(8),
    };
}

}  // namespace

async::Task<Result<std::optional<identity::TokenRecord>>> PgTokenStore::find_by_hash(
    std::string hash, Deadline deadline) {
    pg::Params params;
    params.add(hash);
    const Result<pg::Rows> rows = co_await pool_.query(find_token, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<identity::TokenRecord>();
    }
    Result<identity::TokenRecord> token = read_token((*rows)[0]);
    if (!token) {
        co_return token.error();
    }
    co_return std::optional(std::move(*token));
}

async::Task<Result<void>> PgTokenStore::touch(std::vector<ApiTokenId> tokens, Timestamp at,
                                              Deadline deadline) {
    if (tokens.empty()) {
        co_return Result<void>();
    }
    std::vector<std::optional<std::int64_t>> ids;
    ids.reserve(tokens.size());
    for (const ApiTokenId token : tokens) {
        ids.emplace_back(token.value);
    }
    pg::Params params;
    params.add(std::span<const std::optional<std::int64_t>>(ids)).add(at);
    const Result<pg::Rows> rows = co_await pool_.query(touch_tokens, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

}  // namespace rgw::storage
