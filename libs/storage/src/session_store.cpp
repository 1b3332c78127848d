#include "rgw/storage/session_store.hpp"

#include <utility>

#include "device_columns.hpp"
#include "rgw/base/text.hpp"
#include "text_list.hpp"

namespace rgw::storage {
namespace {

const pg::Statement find_session_by_hash{
    "session_find_by_hash",
    "select s.id, s.channel, s.expires_at, s.absolute_expires_at, s.revoked_at is not null,"
    " s.mfa_verified_at, s.recent_step_up_at, s.trusted_device_id, u.id, u.email, u.name,"
    " u.roles, u.suspended, u.locked_at is not null, u.mfa_enrolled, u.mfa_enforced_at is not null,"
    " u.preferred_mfa_method"
    " from user_sessions s join users u on u.id = s.user_id where s.token_hash = $1"};

const pg::Statement insert_session{
    "session_insert",
    "insert into user_sessions (token_hash, user_id, channel, created_at, updated_at, last_seen_at,"
    " expires_at, absolute_expires_at, mfa_verified_at, ip_address, user_agent, metadata,"
    " device_id, device_name, device_metadata, recent_step_up_at, trusted_device_id)"
    " values ($1, $2, $3, $4, $4, $4, $5, $6, $7, $8::inet, left($9, 512), $10::jsonb,"
    " $11::text::uuid, nullif(left($12, 150), ''), $13::text::jsonb, $14, $15)"
    " returning id"};

// Never back in time: replicas report in any order.
const pg::Statement touch_sessions{
    "session_touch",
    "update user_sessions s set last_seen_at = greatest(s.last_seen_at, u.at),"
    " expires_at = least(greatest(s.expires_at, u.expires_at), s.absolute_expires_at)"
    " from unnest($1, $2, $3) as u (id, at, expires_at)"
    " where s.id = u.id and s.revoked_at is null"};

// $1: now; $2, $3, $4: of each channel its idle and its absolute limit in seconds.
const pg::Statement shorten_sessions{
    "session_shorten",
    "update user_sessions s set expires_at = least(s.expires_at, l.idle_until, l.over_at),"
    " absolute_expires_at = least(s.absolute_expires_at, l.over_at)"
    " from (select a.id, $1 + u.idle * interval '1 second' as idle_until,"
    "   a.created_at + u.absolute * interval '1 second' as over_at"
    "   from user_sessions a join unnest($2, $3, $4) as u (channel, idle, absolute)"
    "   on a.channel = u.channel where a.revoked_at is null and a.expires_at > $1) l"
    " where s.id = l.id"
    " and (s.expires_at > l.idle_until or s.absolute_expires_at > l.over_at)"};

const pg::Statement revoke_session{
    "session_revoke",
    "update user_sessions set revoked_at = $3, revoked_reason = $4, updated_at = now()"
    " where user_id = $1 and id = $2 and revoked_at is null"};

const pg::Statement revoke_sessions{
    "session_revoke_all",
    "update user_sessions set revoked_at = $2, revoked_reason = $3, updated_at = now()"
    " where user_id = $1 and revoked_at is null and expires_at > $2"};

const pg::Statement find_owned_session{
    "session_find_owned", "select id from user_sessions where user_id = $1 and id = $2"};

const pg::Statement list_sessions{
    "session_list_active",
    "select id, channel, created_at, last_seen_at, expires_at, host(ip_address), user_agent,"
    " metadata::text from user_sessions"
    " where user_id = $1 and revoked_at is null and expires_at > $2"
    " order by last_seen_at desc, id desc"};

Result<identity::Channel> read_channel(const pg::Row& row, int column) {
    const auto channel = identity::find_channel(row.get<std::string_view>(column));
    if (!channel) {
        return Error(Errc::database_rejected, "user_sessions.channel");
    }
    return *channel;
}

Result<identity::SessionRecord> read_session(const pg::Row& row) {
    const auto channel = read_channel(row, 1);
    if (!channel) {
        return channel.error();
    }
    auto roles = read_text_list(row.get<std::string_view>(11), "users.roles");
    if (!roles) {
        return roles.error();
    }
    return identity::SessionRecord{
        .id = SessionId{row.get<std::int64_t>(0)},
        .channel = *channel,
        .expires_at = row.get<Timestamp>(2),
        .absolute_expires_at = row.get<Timestamp>(3),
        .revoked = row.get<bool>(4),
        .mfa_verified_at = row.get<std::optional<Timestamp>>(5),
        .recent_step_up_at = row.get<std::optional<Timestamp>>(6),
        .trusted_device_id = row.get<std::optional<std::int64_t>>(7),
        .user_id = UserId{row.get<std::int64_t>(8)},
        .user_email = row.get<std::string>(9),
        .user_name = row.get<std::string>(10),
        .user_roles = std::move(*roles),
        .user_suspended = row.get<bool>(12),
        .user_locked = row.get<bool>(13),
        .user_mfa_enrolled = row.get<bool>(14),
        .user_mfa_enforced = row.get<bool>(15),
        .user_preferred_factor = row.get<std::optional<std::string>>(16),
    };
}

Result<identity::SessionSummary> read_summary(const pg::Row& row) {
    const auto channel = read_channel(row, 1);
    if (!channel) {
        return channel.error();
    }
    return identity::SessionSummary{
        .id = SessionId{row.get<std::int64_t>(0)},
        .channel = *channel,
        .created_at = row.get<Timestamp>(2),
        .last_seen_at = row.get<Timestamp>(3),
        .expires_at = row.get<Timestamp>(4),
        .ip_address = row.get<std::optional<std::string>>(5),
        .user_agent = row.get<std::optional<std::string>>(6),
        .metadata = row.get<std::optional<std::string>>(7),
    };
}

std::string metadata_of(const identity::NewSession& session) {
    std::string json = R"({"login_flow":)";
    append_json_string(json, session.login_flow);
    return json + "}";
}

}  // namespace

async::Task<Result<std::optional<identity::SessionRecord>>> PgSessionStore::find_session(
    std::string hash, Deadline deadline) {
    pg::Params params;
    params.add(hash);
    const Result<pg::Rows> rows =
        co_await pool_.query(find_session_by_hash, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<identity::SessionRecord>();
    }
    Result<identity::SessionRecord> session = read_session((*rows)[0]);
    if (!session) {
        co_return session.error();
    }
    co_return std::optional(std::move(*session));
}

async::Task<Result<SessionId>> PgSessionStore::create(identity::NewSession session,
                                                      Deadline deadline) {
    pg::Params params;
    params.add(session.hash)
        .add(session.user.value)
        .add(identity::name(session.channel))
        .add(session.created_at)
        .add(session.expires_at)
        .add(session.absolute_expires_at)
        .add(session.mfa_verified_at)
        .add(session.ip_address)
        .add(session.user_agent)
        .add(metadata_of(session));
    if (session.device) {
        add_device(params, *session.device);
    } else {
        const std::optional<std::string> none;
        params.add(none).add(none).add(none);
    }
    params.add(session.recent_step_up_at).add(session.trusted_device_id);
    const Result<pg::Rows> rows = co_await pool_.query(insert_session, std::move(params), deadline);
    if (!rows) {
        const Error& error = rows.error();
        const bool no_user =
            error.code == Errc::database_conflict && error.detail == "user_sessions_user_fk";
        co_return no_user ? Error(Errc::not_found, "user not found") : error;
    }
    co_return SessionId{(*rows)[0].get<std::int64_t>(0)};
}

async::Task<Result<void>> PgSessionStore::touch(std::vector<identity::SessionUse> uses,
                                                Deadline deadline) {
    if (uses.empty()) {
        co_return Result<void>();
    }
    std::vector<std::optional<std::int64_t>> ids;
    std::vector<Timestamp> at;
    std::vector<Timestamp> expires_at;
    for (const identity::SessionUse& use : uses) {
        ids.emplace_back(use.id.value);
        at.push_back(use.at);
        expires_at.push_back(use.expires_at);
    }
    pg::Params params;
    params.add(std::span<const std::optional<std::int64_t>>(ids))
        .add(std::span<const Timestamp>(at))
        .add(std::span<const Timestamp>(expires_at));
    const Result<pg::Rows> rows = co_await pool_.query(touch_sessions, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

async::Task<Result<std::int64_t>> PgSessionStore::shorten(identity::SessionLimits limits,
                                                          Timestamp now, Deadline deadline) {
    std::vector<std::optional<std::string>> channels;
    std::vector<std::optional<std::int64_t>> idle;
    std::vector<std::optional<std::int64_t>> absolute;
    for (const identity::Channel channel : {identity::Channel::web, identity::Channel::cli}) {
        channels.emplace_back(identity::name(channel));
        idle.emplace_back(limits.idle(channel).count());
        absolute.emplace_back(limits.absolute(channel).count());
    }
    pg::Params params;
    params.add(now);
    params.add(std::span<const std::optional<std::string>>(channels));
    params.add(std::span<const std::optional<std::int64_t>>(idle));
    params.add(std::span<const std::optional<std::int64_t>>(absolute));
    const Result<pg::Rows> rows =
        co_await pool_.query(shorten_sessions, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->affected();
}

async::Task<Result<bool>> PgSessionStore::revoke(UserId user, SessionId session, Timestamp at,
                                                 std::string reason, Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(session.value).add(at).add(reason);
    const Result<pg::Rows> rows = co_await pool_.query(revoke_session, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->affected() > 0;
}

async::Task<Result<bool>> PgSessionStore::has_session(UserId user, SessionId session,
                                                      Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(session.value);
    const Result<pg::Rows> rows =
        co_await pool_.query(find_owned_session, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return !rows->empty();
}

async::Task<Result<std::int64_t>> PgSessionStore::revoke_all(UserId user, Timestamp at,
                                                             std::string reason,
                                                             Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(at).add(reason);
    const Result<pg::Rows> rows =
        co_await pool_.query(revoke_sessions, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->affected();
}

async::Task<Result<std::vector<identity::SessionSummary>>> PgSessionStore::list_active(
    UserId user, Timestamp now, Deadline deadline) {
    pg::Params params;
    params.add(user.value).add(now);
    const Result<pg::Rows> rows = co_await pool_.query(list_sessions, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    std::vector<identity::SessionSummary> sessions;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        Result<identity::SessionSummary> session = read_summary((*rows)[i]);
        if (!session) {
            co_return session.error();
        }
        sessions.push_back(std::move(*session));
    }
    co_return sessions;
}

}  // namespace rgw::storage
