#include "rgw/storage/user_directory.hpp"

#include <utility>

#include "text_list.hpp"

namespace rgw::storage {
namespace {

using identity::ChangedUser;
using identity::UserChange;
using identity::UserFate;
using identity::UserProfile;
using identity::UserReference;

// Everybody, or one. The table holds a row per person.
const pg::Statement select_users{
    "user_profiles",
    "select u.id, u.email, u.name, u.roles, u.suspended, u.mfa_enrolled, u.mfa_enforced_at,"
    " u.preferred_mfa_method, u.created_at, u.updated_at, u.locked_at, u.locked_reason,"
    " l.id, l.email, l.name, c.id, c.email, c.name"
    " from users u left join users l on l.id = u.locked_by_user_id"
    " left join users c on c.id = u.created_by_user_id"
    " where $1::text is null or u.email = $1 order by u.created_at desc, u.id desc"};

const pg::Statement insert_user{
    "user_insert",
    "insert into users (email, name, roles, created_by_user_id, created_at, updated_at)"
    " values ($1, $2, $3, $4, $5, $5)"};

// One change at a time, whoever else writes users: what a rule counts (the other admins) must hold
// until its change is committed. Readers go on.
const pg::Statement lock_users{"user_lock_for_change",
                               "lock table users in share row exclusive mode"};

const pg::Statement count_other_admins{
    "user_count_other_admins",
    "select count(*) from users where email <> $1 and locked_at is null and not suspended"
    " and roles::jsonb ? 'admin'"};

// Whoever is unlocked begins anew: the failures that locked them do not count any more.
const pg::Statement update_user{
    "user_change",
    "with forgiven as (delete from mfa_attempts where user_id = $1 and not success"
    "  and $5 = 'unlock')"
    " update users set email = coalesce($2, email), name = coalesce($3, name),"
    " roles = coalesce($4, roles),"
    " oidc_issuer = case when $2::text is null then oidc_issuer end,"
    " oidc_subject = case when $2::text is null then oidc_subject end,"
    " locked_at = case $5 when 'lock' then $8 when 'unlock' then null else locked_at end,"
    " locked_reason = case $5 when 'lock' then $6 when 'unlock' then null else locked_reason end,"
    " locked_by_user_id = case $5 when 'lock' then $7 when 'unlock' then null"
    " else locked_by_user_id end, updated_at = $8 where id = $1"};

const pg::Statement delete_user{"user_delete", "delete from users where id = $1"};

const pg::Statement end_sessions{
    "user_end_sessions",
    "update user_sessions set revoked_at = $2, revoked_reason = $3, updated_at = $2"
    " where user_id = $1 and revoked_at is null"};

std::optional<UserReference> read_reference(const pg::Row& row, int column) {
    if (row.is_null(column)) {
        return std::nullopt;
    }
    return UserReference{.id = UserId{row.get<std::int64_t>(column)},
                         .email = row.get<std::string>(column + 1),
                         .name = row.get<std::string>(column + 2)};
}

Result<UserProfile> read_profile(const pg::Row& row) {
    auto roles = read_text_list(row.get<std::string_view>(3), "users.roles");
    if (!roles) {
        return roles.error();
    }
    UserProfile profile{
        .user = {.id = UserId{row.get<std::int64_t>(0)},
                 .email = row.get<std::string>(1),
                 .name = row.get<std::string>(2),
                 .roles = std::move(*roles),
                 .suspended = row.get<bool>(4),
                 .locked = !row.is_null(10),
                 .mfa_enrolled = row.get<bool>(5),
                 .mfa_enforced = !row.is_null(6)},
        .created_at = row.get<Timestamp>(8),
        .updated_at = row.get<Timestamp>(9),
        .mfa_enforced_at = row.get<std::optional<Timestamp>>(6),
        .preferred_mfa_method = row.get<std::optional<std::string>>(7),
        .created_by = read_reference(row, 15),
    };
    if (profile.user.locked) {
        profile.lock = {.at = row.get<Timestamp>(10),
                        .reason = row.get<std::optional<std::string>>(11).value_or(""),
                        .by = read_reference(row, 12)};
    }
    return profile;
}

Result<std::vector<UserProfile>> read_profiles(const Result<pg::Rows>& rows) {
    if (!rows) {
        return rows.error();
    }
    std::vector<UserProfile> profiles;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        Result<UserProfile> profile = read_profile((*rows)[i]);
        if (!profile) {
            return profile.error();
        }
        profiles.push_back(std::move(*profile));
    }
    return profiles;
}

Error taken(const Error& error, std::string sentence) {
    const bool is_taken = error.code == Errc::database_conflict && error.detail == "users_email_uq";
    return is_taken ? Error(Errc::already_exists, std::move(sentence)) : error;
}

pg::Params select_params(const std::optional<std::string>& email) {
    pg::Params params;
    params.add(email);
    return params;
}

async::Task<Result<UserProfile>> load(pg::Connection& connection, std::string email,
                                      Deadline deadline) {
    const Result<pg::Rows> rows =
        co_await connection.run(select_users, select_params(email), deadline);
    Result<std::vector<UserProfile>> found = read_profiles(rows);
    if (!found) {
        co_return found.error();
    }
    if (found->empty()) {
        co_return Error(Errc::not_found, "user not found");
    }
    co_return std::move(found->front());
}

std::string_view fate_text(UserFate fate) {
    switch (fate) {
        case UserFate::is_locked:
            return "lock";
        case UserFate::is_unlocked:
            return "unlock";
        case UserFate::stays:
        case UserFate::is_removed:
            return "";
    }
    return "";
}

async::Task<Result<void>> write(pg::Connection& connection, UserId user, UserChange change,
                                Timestamp now, Deadline deadline) {
    // The user's row before their sessions': whoever uses a second factor takes them in this order.
    pg::Batch batch;
    pg::Params params;
    params.add(user.value);
    if (change.fate == UserFate::is_removed) {
        batch.add(delete_user, std::move(params));
    } else {
        const std::optional<std::string> roles =
            change.roles ? std::optional(write_text_list(*change.roles)) : std::nullopt;
        params.add(change.email)
            .add(change.name)
            .add(roles)
            .add(fate_text(change.fate))
            .add(change.lock_reason)
            .add(change.locked_by ? std::optional(change.locked_by->value) : std::nullopt)
            .add(now);
        batch.add(update_user, std::move(params));
    }
    if (!change.sessions_end_because.empty()) {
        pg::Params ending;
        ending.add(user.value).add(now).add(change.sessions_end_because);
        batch.add(end_sessions, std::move(ending));
    }
    const auto written = co_await connection.run(std::move(batch), deadline);
    if (!written) {
        co_return taken(written.error(), "email already in use");
    }
    co_return Result<void>();
}

// What is to be changed, and how.
struct Wanted {
    std::string email;
    identity::UserRule rule;
    Timestamp now;
};

async::Task<Result<ChangedUser>> change_locked(pg::Connection& connection, Wanted wanted,
                                               Deadline deadline) {
    const Result<pg::Rows> locked = co_await connection.run(lock_users, {}, deadline);
    if (!locked) {
        co_return locked.error();
    }
    Result<UserProfile> before = co_await load(connection, wanted.email, deadline);
    if (!before) {
        co_return before.error();
    }
    const Result<pg::Rows> others =
        co_await connection.run(count_other_admins, select_params(wanted.email), deadline);
    if (!others) {
        co_return others.error();
    }
    const Result<UserChange> change =
        wanted.rule({.user = *before, .other_admins = (*others)[0].get<std::int64_t>(0)});
    if (!change) {
        co_return change.error();
    }
    const Result<void> written =
        co_await write(connection, before->user.id, *change, wanted.now, deadline);
    if (!written) {
        co_return written.error();
    }
    if (change->fate == UserFate::is_removed) {
        co_return ChangedUser{.before = *before, .after = *before};
    }
    Result<UserProfile> after =
        co_await load(connection, change->email.value_or(wanted.email), deadline);
    if (!after) {
        co_return after.error();
    }
    co_return ChangedUser{.before = std::move(*before), .after = std::move(*after)};
}

}  // namespace

async::Task<Result<std::vector<UserProfile>>> PgUserDirectory::list(Deadline deadline) {
    const Result<pg::Rows> rows =
        co_await pool_.query(select_users, select_params(std::nullopt), deadline);
    co_return read_profiles(rows);
}

async::Task<Result<std::optional<UserProfile>>> PgUserDirectory::find(std::string email,
                                                                      Deadline deadline) {
    const Result<pg::Rows> rows =
        co_await pool_.query(select_users, select_params(email), deadline);
    Result<std::vector<UserProfile>> found = read_profiles(rows);
    if (!found) {
        co_return found.error();
    }
    co_return found->empty() ? std::optional<UserProfile>()
                             : std::optional(std::move(found->front()));
}

async::Task<Result<UserProfile>> PgUserDirectory::create(identity::NewUser user, Timestamp now,
                                                         Deadline deadline) {
    pg::Params params;
    params.add(user.email)
        .add(user.name)
        .add(write_text_list(user.roles))
        .add(user.created_by ? std::optional(user.created_by->value) : std::nullopt)
        .add(now);
    const Result<pg::Rows> inserted =
        co_await pool_.query(insert_user, std::move(params), deadline);
    if (!inserted) {
        co_return taken(inserted.error(), "user already exists");
    }
    Result<std::optional<UserProfile>> made = co_await find(user.email, deadline);
    if (!made) {
        co_return made.error();
    }
    if (!*made) {
        co_return Error(Errc::not_found, "user not found");  // deleted since
    }
    co_return std::move(**made);
}

async::Task<Result<ChangedUser>> PgUserDirectory::change(std::string email, identity::UserRule rule,
                                                         Timestamp now, Deadline deadline) {
    // Not a coroutine itself: it only hands on what it holds.
    const auto work = [wanted = Wanted{std::move(email), std::move(rule), now},
                       deadline](pg::Connection& connection) {
        return change_locked(connection, wanted, deadline);
    };
    Result<ChangedUser> changed = co_await pool_.transaction<ChangedUser>(work, deadline);
    co_return changed;
}

}  // namespace rgw::storage
