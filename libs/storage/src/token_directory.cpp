#include "rgw/storage/token_directory.hpp"

#include <utility>

#include "rgw/identity/token_rules.hpp"
#include "text_list.hpp"

namespace rgw::storage {
namespace {

using identity::ChangedToken;
using identity::TokenChange;
using identity::TokenFate;
using identity::TokenProfile;
using identity::UserReference;

// Everybody's, one owner's, or one.
const pg::Statement select_tokens{
    "api_token_profiles",
    "select t.id, t.public_id::text, t.name, o.id, o.email, o.name, c.id, c.email, c.name,"
    " t.permissions, t.created_at, t.expires_at, t.last_used_at, t.previous_token_expires_at"
    " from api_tokens t join users o on o.id = t.user_id"
    " left join users c on c.id = t.created_by_user_id"
    " where ($1::bigint is null or t.user_id = $1)"
    " and ($2::text is null or t.public_id = $2::text::uuid)"
    " order by t.created_at desc, t.id desc"};

const pg::Statement insert_token{
    "api_token_insert",
    "insert into api_tokens (token_hash, name, user_id, created_by_user_id, permissions,"
    " expires_at, created_at) values ($1, $2, $3, $4, $5, $6, $7) returning public_id::text"};

const pg::Statement lock_token{"api_token_lock_for_change",
                               "select id from api_tokens where public_id = $1::text::uuid"
                               " for update"};

const pg::Statement update_token{
    "api_token_change",
    "update api_tokens set name = coalesce($2, name), permissions = coalesce($3, permissions),"
    " expires_at = coalesce($4, expires_at), token_hash = coalesce($5, token_hash),"
    " previous_token_hash = case when $5::text is null then previous_token_hash"
    " when $6::timestamptz is not null then token_hash end,"
    " previous_token_expires_at = case when $5::text is null then previous_token_expires_at"
    " else $6 end where id = $1"};

const pg::Statement delete_token{"api_token_delete", "delete from api_tokens where id = $1"};

UserReference read_user(const pg::Row& row, int column) {
    return {.id = UserId{row.get<std::int64_t>(column)},
            .email = row.get<std::string>(column + 1),
            .name = row.get<std::string>(column + 2)};
}

Result<TokenProfile> read_profile(const pg::Row& row) {
    auto permissions = read_text_list(row.get<std::string_view>(9), "api_tokens.permissions");
    if (!permissions) {
        return permissions.error();
    }
    TokenProfile profile{.id = ApiTokenId{row.get<std::int64_t>(0)},
                         .public_id = row.get<std::string>(1),
                         .name = row.get<std::string>(2),
                         .owner = read_user(row, 3),
                         .permissions = std::move(*permissions),
                         .created_at = row.get<Timestamp>(10),
                         .expires_at = row.get<std::optional<Timestamp>>(11),
                         .last_used_at = row.get<std::optional<Timestamp>>(12),
                         .old_text_until = row.get<std::optional<Timestamp>>(13)};
    if (!row.is_null(6)) {
        profile.created_by = read_user(row, 6);
    }
    return profile;
}

Result<std::vector<TokenProfile>> read_profiles(const Result<pg::Rows>& rows) {
    if (!rows) {
        return rows.error();
    }
    std::vector<TokenProfile> profiles;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        Result<TokenProfile> profile = read_profile((*rows)[i]);
        if (!profile) {
            return profile.error();
        }
        profiles.push_back(std::move(*profile));
    }
    return profiles;
}

pg::Params select_params(std::optional<UserId> owner, const std::optional<std::string>& public_id) {
    pg::Params params;
    params.add(owner ? std::optional(owner->value) : std::nullopt).add(public_id);
    return params;
}

Error write_error(const Error& error) {
    if (error.code == Errc::database_conflict && error.detail == "api_tokens_name_uq") {
        return {Errc::already_exists, "token name already exists"};
    }
    if (error.code == Errc::database_conflict && error.detail == "api_tokens_user_fk") {
        return {Errc::not_found, "user not found"};
    }
    return error;
}

Error no_such_token() {
    return {Errc::not_found, "token not found"};
}

async::Task<Result<TokenProfile>> load(pg::Connection& connection, std::string public_id,
                                       Deadline deadline) {
    const Result<pg::Rows> rows =
        co_await connection.run(select_tokens, select_params(std::nullopt, public_id), deadline);
    Result<std::vector<TokenProfile>> found = read_profiles(rows);
    if (!found) {
        co_return found.error();
    }
    if (found->empty()) {
        co_return no_such_token();
    }
    co_return std::move(found->front());
}

async::Task<Result<void>> write(pg::Connection& connection, ApiTokenId token, TokenChange change,
                                Deadline deadline) {
    pg::Params params;
    params.add(token.value);
    const bool remove = change.fate == TokenFate::is_removed;
    if (!remove) {
        std::optional<std::string> permissions;
        if (change.permissions) {
            permissions = write_text_list(*change.permissions);
        }
        const auto& rotation = change.rotation;
        params.add(change.name)
            .add(permissions)
            .add(change.expires_at)
            .add(rotation ? std::optional(rotation->hash) : std::nullopt)
            .add(rotation ? rotation->old_text_until : std::nullopt);
    }
    const pg::Statement& statement = remove ? delete_token : update_token;
    const Result<pg::Rows> written =
        co_await connection.run(statement, std::move(params), deadline);
    if (!written) {
        co_return write_error(written.error());
    }
    co_return Result<void>();
}

async::Task<Result<ChangedToken>> change_locked(pg::Connection& connection, std::string public_id,
                                                identity::TokenRule rule, Deadline deadline) {
    pg::Params params;
    params.add(public_id);
    const Result<pg::Rows> locked =
        co_await connection.run(lock_token, std::move(params), deadline);
    if (!locked) {
        co_return locked.error();
    }
    Result<TokenProfile> before = co_await load(connection, public_id, deadline);
    if (!before) {
        co_return before.error();
    }
    const Result<TokenChange> change = rule(*before);
    if (!change) {
        co_return change.error();
    }
    const Result<void> written = co_await write(connection, before->id, *change, deadline);
    if (!written) {
        co_return written.error();
    }
    if (change->fate == TokenFate::is_removed) {
        co_return ChangedToken{.before = *before, .after = *before};
    }
    Result<TokenProfile> after = co_await load(connection, public_id, deadline);
    if (!after) {
        co_return after.error();
    }
    co_return ChangedToken{.before = std::move(*before), .after = std::move(*after)};
}

}  // namespace

async::Task<Result<std::vector<TokenProfile>>> PgTokenDirectory::list(std::optional<UserId> owner,
                                                                      Deadline deadline) {
    const Result<pg::Rows> rows =
        co_await pool_.query(select_tokens, select_params(owner, std::nullopt), deadline);
    co_return read_profiles(rows);
}

async::Task<Result<std::optional<TokenProfile>>> PgTokenDirectory::find(std::string public_id,
                                                                        Deadline deadline) {
    if (!identity::is_public_id(public_id)) {
        co_return std::optional<TokenProfile>();
    }
    const Result<pg::Rows> rows =
        co_await pool_.query(select_tokens, select_params(std::nullopt, public_id), deadline);
    Result<std::vector<TokenProfile>> found = read_profiles(rows);
    if (!found) {
        co_return found.error();
    }
    co_return found->empty() ? std::optional<TokenProfile>()
                             : std::optional(std::move(found->front()));
}

async::Task<Result<TokenProfile>> PgTokenDirectory::create(identity::NewToken token, Timestamp now,
                                                           Deadline deadline) {
    pg::Params params;
    params.add(token.hash)
        .add(token.name)
        .add(token.owner.value)
        .add(token.created_by ? std::optional(token.created_by->value) : std::nullopt)
        .add(write_text_list(token.permissions))
        .add(token.expires_at)
        .add(now);
    const Result<pg::Rows> inserted =
        co_await pool_.query(insert_token, std::move(params), deadline);
    if (!inserted) {
        co_return write_error(inserted.error());
    }
    Result<std::optional<TokenProfile>> made =
        co_await find((*inserted)[0].get<std::string>(0), deadline);
    if (!made) {
        co_return made.error();
    }
    if (!*made) {
        co_return no_such_token();  // deleted since
    }
    co_return std::move(**made);
}

async::Task<Result<ChangedToken>> PgTokenDirectory::change(std::string public_id,
                                                           identity::TokenRule rule,
                                                           Deadline deadline) {
    if (!identity::is_public_id(public_id)) {
        co_return no_such_token();
    }
    // Not a coroutine itself: it only hands on what it holds.
    const auto work = [public_id = std::move(public_id), rule = std::move(rule),
                       deadline](pg::Connection& connection) {
        return change_locked(connection, public_id, rule, deadline);
    };
    Result<ChangedToken> changed = co_await pool_.transaction<ChangedToken>(work, deadline);
    co_return changed;
}

}  // namespace rgw::storage
