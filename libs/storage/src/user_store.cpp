#include "rgw/storage/user_store.hpp"

#include <utility>

#include "text_list.hpp"

namespace rgw::storage {
namespace {

const pg::Statement find_user{
    "user_find_by_email",
    "select id, email, name, roles, suspended, locked_at is not null, mfa_enrolled,"
    " mfa_enforced_at is not null from users where email = $1"};

// An update that changes nothing still finds the row. The address is asked for again: who changes
// it unbinds the user, and its old owner may be signing in just then.
const pg::Statement bind_user{
    "user_bind_identity",
    "update users set oidc_issuer = $2, oidc_subject = $3 where id = $1 and email = $4"
    " and (oidc_issuer is null or (oidc_issuer = $2 and oidc_subject = $3)) returning id"};

// Taken before looking whether the table is empty: two replicas that start together must not both
// find it so. Readers go on.
const pg::Statement lock_users{"user_lock_for_seeding",
                               "lock table users in share row exclusive mode"};

const pg::Statement seed_users{
    "user_seed_if_empty",
    "insert into users (email, name, roles)"
    " select s.email, s.name, s.roles from unnest($1, $2, $3) as s (email, name, roles)"
    " where not exists (select 1 from users)"};

using Column = std::vector<std::optional<std::string>>;

pg::Params seed_params(const std::vector<identity::SeedUser>& users) {
    Column emails;
    Column names;
    Column roles;
    for (const identity::SeedUser& user : users) {
        emails.emplace_back(user.email);
        names.emplace_back(user.name);
        roles.emplace_back(write_text_list(user.roles));
    }
    pg::Params params;
    for (const Column* column : {&emails, &names, &roles}) {
        params.add(std::span<const std::optional<std::string>>(*column));
    }
    return params;
}

async::Task<Result<std::int64_t>> seed(pg::Connection& connection, pg::Params params,
                                       Deadline deadline) {
    const Result<pg::Rows> locked = co_await connection.run(lock_users, {}, deadline);
    if (!locked) {
        co_return locked.error();
    }
    const Result<pg::Rows> seeded =
        co_await connection.run(seed_users, std::move(params), deadline);
    if (!seeded) {
        co_return seeded.error();
    }
    co_return seeded->affected();
}

}  // namespace

async::Task<Result<std::optional<identity::User>>> PgUserStore::find_by_email(std::string email,
                                                                              Deadline deadline) {
    pg::Params params;
    params.add(email);
    const Result<pg::Rows> rows = co_await pool_.query(find_user, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<identity::User>();
    }
    const pg::Row row = (*rows)[0];
    auto roles = read_text_list(row.get<std::string_view>(3), "users.roles");
    if (!roles) {
        co_return roles.error();
    }
    co_return std::optional(identity::User{
        .id = UserId{row.get<std::int64_t>(0)},
        .email = row.get<std::string>(1),
        .name = row.get<std::string>(2),
        .roles = std::move(*roles),
        .suspended = row.get<bool>(4),
        .locked = row.get<bool>(5),
        .mfa_enrolled = row.get<bool>(6),
        .mfa_enforced = row.get<bool>(7),
    });
}

async::Task<Result<bool>> PgUserStore::bind_identity(UserId user, std::string email,
                                                     std::string issuer, std::string subject,
                                                     Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(issuer).add(subject).add(email);
    const Result<pg::Rows> rows = co_await pool_.query(bind_user, std::move(params), deadline);
    if (!rows) {
        const Error& error = rows.error();
        if (error.code == Errc::database_conflict && error.detail == "users_oidc_identity_uq") {
            co_return false;
        }
        co_return error;
    }
    co_return !rows->empty();
}

async::Task<Result<std::int64_t>> PgUserStore::seed_if_empty(std::vector<identity::SeedUser> users,
                                                             Deadline deadline) {
    if (users.empty()) {
        co_return 0;
    }
    // Not a coroutine itself: it only hands on what it holds.
    const auto work = [params = seed_params(users), deadline](pg::Connection& connection) {
        return seed(connection, params, deadline);
    };
    const Result<std::int64_t> seeded = co_await pool_.transaction<std::int64_t>(work, deadline);
    co_return seeded;
}

}  // namespace rgw::storage
