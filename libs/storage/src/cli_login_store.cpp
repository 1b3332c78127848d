#include "rgw/storage/cli_login_store.hpp"

#include <span>
#include <utility>

#include "device_columns.hpp"
#include "rgw/crypto/digest.hpp"
#include "text_list.hpp"

namespace rgw::storage {
namespace {

// What read_login() reads, in its order.
#define RGW_CLI_LOGIN_COLUMNS                                                     \
    "s.state_hash, s.flow, s.verifier_hash, host(s.ip_address), s.user_agent,"    \
    " s.device_id::text, s.device_name, s.device_metadata::text, s.created_at,"   \
    " s.expires_at, s.exchanged_at, s.user_id, s.login_error, s.mfa_verified_at," \
    " s.approved_at, s.denied_at, s.login_email"
constexpr int login_columns = 17;

const pg::Statement insert_login{
    "cli_login_insert",
    "with forgotten as (delete from cli_login_states"
    " where expires_at < $12::timestamptz - interval '1 hour')"
    " insert into cli_login_states (state_hash, flow, verifier_hash, user_code_hash,"
    " exchange_encrypted, exchange_key_id, ip_address, user_agent, device_id, device_name,"
    " device_metadata, created_at, updated_at, expires_at)"
    " values ($1, $2, $3, $4, $5, $6, $7::text::inet, left($8, 512), $9::text::uuid,"
    " nullif(left($10, 150), ''), $11::text::jsonb, $12, $12, $13)"};

const pg::Statement find_login{"cli_login_find",
                               "select " RGW_CLI_LOGIN_COLUMNS
                               " from cli_login_states s where s.state_hash = $1"};

const pg::Statement find_login_by_user_code{"cli_login_find_by_user_code",
                                            "select " RGW_CLI_LOGIN_COLUMNS
                                            " from cli_login_states s where s.user_code_hash = $1"};

// The locked row is read as it was before the update empties it; who comes second finds it empty.
const pg::Statement take_login_exchange{
    "cli_login_take_exchange",
    "with before as (select state_hash, exchange_encrypted, exchange_key_id from cli_login_states"
    " where state_hash = $1 and expires_at > $2 and exchange_encrypted is not null for update)"
    " update cli_login_states s set exchange_encrypted = null, exchange_key_id = null,"
    " exchanged_at = $2, updated_at = $2 from before b where s.state_hash = b.state_hash"
    " returning b.exchange_encrypted, b.exchange_key_id"};

const pg::Statement identify_login{
    "cli_login_identify",
    "update cli_login_states set user_id = $2, login_email = $3, login_name = left($4, 200),"
    " updated_at = $5 where state_hash = $1"};

const pg::Statement fail_login{
    "cli_login_fail",
    "update cli_login_states set login_error = $2, updated_at = $3 where state_hash = $1"
    " and login_error is null and approved_at is null and denied_at is null"};

const pg::Statement decide_login{
    "cli_login_decide",
    "update cli_login_states set user_id = $2, mfa_verified_at = $3,"
    " approved_at = case when $4 then $5 end, denied_at = case when not $4 then $5 end,"
    " updated_at = $5 where state_hash = $1 and expires_at > $5 and login_error is null"
    " and approved_at is null and denied_at is null and (flow = 'device' or user_id = $2)"};

const pg::Statement poll_login{
    "cli_login_poll",
    "with before as (select state_hash, coalesce($2 < last_polled_at"
    " + make_interval(secs => poll_interval_seconds), false) as too_fast from cli_login_states"
    " where state_hash = $1 and flow = 'device' for update)"
    " update cli_login_states s set last_polled_at = $2, updated_at = $2,"
    " poll_interval_seconds = s.poll_interval_seconds"
    " + case when b.too_fast then $3::bigint else 0 end"
    " from before b where s.state_hash = b.state_hash"
    " returning " RGW_CLI_LOGIN_COLUMNS ", b.too_fast, s.poll_interval_seconds"};

const pg::Statement take_login{
    "cli_login_take",
    "delete from cli_login_states s using users u where u.id = s.user_id and s.state_hash = $1"
    " and s.verifier_hash is not distinct from $2 and s.approved_at is not null"
    " and s.login_error is null and s.expires_at > $3"
    " returning " RGW_CLI_LOGIN_COLUMNS
    ", u.id, u.email, u.name, u.roles, u.suspended, u.locked_at is not null, u.mfa_enrolled,"
    " u.mfa_enforced_at is not null"};

std::string_view name(identity::LoginFlow flow) {
    return flow == identity::LoginFlow::browser ? "browser" : "device";
}

identity::CliLogin read_login(const pg::Row& row) {
    const auto user = row.get<std::optional<std::int64_t>>(11);
    return {.hash = row.get<std::string>(0),
            .flow = row.get<std::string_view>(1) == name(identity::LoginFlow::device)
                        ? identity::LoginFlow::device
                        : identity::LoginFlow::browser,
            .verifier_hash = row.get<std::optional<std::string>>(2),
            .machine = {.ip_address = row.get<std::optional<std::string>>(3),
                        .user_agent = row.get<std::optional<std::string>>(4),
                        .device = read_device(row, 5)},
            .created_at = row.get<Timestamp>(8),
            .expires_at = row.get<Timestamp>(9),
            .exchanged_at = row.get<std::optional<Timestamp>>(10),
            .user = user ? std::optional(UserId{*user}) : std::nullopt,
            .email = row.get<std::optional<std::string>>(16).value_or(""),
            .error = row.get<std::optional<std::string>>(12).value_or(""),
            .mfa_verified_at = row.get<std::optional<Timestamp>>(13),
            .approved_at = row.get<std::optional<Timestamp>>(14),
            .denied_at = row.get<std::optional<Timestamp>>(15)};
}

Result<identity::User> read_user(const pg::Row& row, int first) {
    auto roles = read_text_list(row.get<std::string_view>(first + 3), "users.roles");
    if (!roles) {
        return roles.error();
    }
    return identity::User{.id = UserId{row.get<std::int64_t>(first)},
                          .email = row.get<std::string>(first + 1),
                          .name = row.get<std::string>(first + 2),
                          .roles = std::move(*roles),
                          .suspended = row.get<bool>(first + 4),
                          .locked = row.get<bool>(first + 5),
                          .mfa_enrolled = row.get<bool>(first + 6),
                          .mfa_enforced = row.get<bool>(first + 7)};
}

}  // namespace

async::Task<Result<void>> PgCliLoginStore::create(identity::NewCliLogin login, Deadline deadline) {
    pg::Params params;
    params.add(login.hash).add(name(login.flow)).add(login.verifier_hash).add(login.user_code_hash);
    std::optional<pg::Bytes> sealed;
    std::optional<std::string> key_id;
    if (login.exchange) {
        const auto bytes = crypto::bytes_of(login.exchange->bytes);
        sealed.emplace(bytes.begin(), bytes.end());
        key_id = login.exchange->key_id;
    }
    params.add(sealed).add(key_id).add(login.machine.ip_address).add(login.machine.user_agent);
    add_device(params, login.machine.device);
    params.add(login.created_at).add(login.expires_at);
    const Result<pg::Rows> rows = co_await pool_.query(insert_login, std::move(params), deadline);
    if (!rows) {
        const Error& error = rows.error();
        const bool code_taken = error.code == Errc::database_conflict &&
                                error.detail == "cli_login_states_user_code_uq";
        co_return code_taken ? Error(Errc::already_exists, "the user code") : error;
    }
    co_return Result<void>();
}

async::Task<Result<std::optional<identity::CliLogin>>> PgCliLoginStore::find_one(
    const pg::Statement& statement, std::string key, Deadline deadline) {
    pg::Params params;
    params.add(key);
    const Result<pg::Rows> rows = co_await pool_.query(statement, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->empty() ? std::optional<identity::CliLogin>()
                            : std::optional(read_login((*rows)[0]));
}

async::Task<Result<std::optional<identity::CliLogin>>> PgCliLoginStore::find(std::string hash,
                                                                             Deadline deadline) {
    return find_one(find_login, std::move(hash), deadline);
}

async::Task<Result<std::optional<identity::CliLogin>>> PgCliLoginStore::find_by_user_code(
    std::string user_code_hash, Deadline deadline) {
    return find_one(find_login_by_user_code, std::move(user_code_hash), deadline);
}

async::Task<Result<std::optional<crypto::Sealed>>> PgCliLoginStore::take_exchange(
    std::string hash, Timestamp now, Deadline deadline) {
    pg::Params params;
    params.add(hash).add(now);
    const Result<pg::Rows> rows =
        co_await pool_.query(take_login_exchange, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<crypto::Sealed>();
    }
    const auto bytes = (*rows)[0].get<pg::Bytes>(0);
    crypto::Sealed sealed{.bytes = std::string(crypto::text_of(bytes)),
                          .key_id = (*rows)[0].get<std::string>(1)};
    co_return std::optional(std::move(sealed));
}

async::Task<Result<void>> PgCliLoginStore::identify(std::string hash, identity::User user,
                                                    Timestamp now, Deadline deadline) {
    pg::Params params;
    params.add(hash).add(user.id.value).add(user.email).add(user.name).add(now);
    const Result<pg::Rows> rows = co_await pool_.query(identify_login, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

async::Task<Result<void>> PgCliLoginStore::fail(std::string hash, std::string told, Timestamp now,
                                                Deadline deadline) {
    pg::Params params;
    params.add(hash).add(told).add(now);
    const Result<pg::Rows> rows = co_await pool_.query(fail_login, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return Result<void>();
}

async::Task<Result<bool>> PgCliLoginStore::decide(identity::DecidedCliLogin decided,
                                                  Deadline deadline) {
    pg::Params params;
    params.add(decided.hash)
        .add(decided.by.value)
        .add(decided.mfa_verified_at)
        .add(decided.decision == identity::CliDecision::approved)
        .add(decided.at);
    const Result<pg::Rows> rows = co_await pool_.query(decide_login, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return rows->affected() > 0;
}

async::Task<Result<std::optional<identity::PolledCliLogin>>> PgCliLoginStore::poll(
    std::string hash, Timestamp now, Deadline deadline) {
    pg::Params params;
    params.add(hash).add(now).add(std::int64_t{identity::device_poll_interval.count()});
    const Result<pg::Rows> rows = co_await pool_.query(poll_login, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<identity::PolledCliLogin>();
    }
    const pg::Row row = (*rows)[0];
    using Pace = identity::PolledCliLogin::Pace;
    identity::PolledCliLogin polled{
        .login = read_login(row),
        .pace = row.get<bool>(login_columns) ? Pace::too_fast : Pace::fine,
        .interval = std::chrono::seconds(row.get<std::int64_t>(login_columns + 1))};
    co_return std::optional(std::move(polled));
}

async::Task<Result<std::optional<identity::TakenCliLogin>>> PgCliLoginStore::take(
    std::string hash, std::optional<std::string> verifier_hash, Timestamp now, Deadline deadline) {
    pg::Params params;
    params.add(hash).add(verifier_hash).add(now);
    const Result<pg::Rows> rows = co_await pool_.query(take_login, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<identity::TakenCliLogin>();
    }
    Result<identity::User> user = read_user((*rows)[0], login_columns);
    if (!user) {
        co_return user.error();
    }
    identity::TakenCliLogin taken{.login = read_login((*rows)[0]), .user = std::move(*user)};
    co_return std::optional(std::move(taken));
}

}  // namespace rgw::storage
