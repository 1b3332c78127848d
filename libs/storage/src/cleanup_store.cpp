#include "rgw/storage/cleanup_store.hpp"

#include <array>
#include <utility>

namespace rgw::storage {
namespace {

// Each takes at most so many rows as one call may keep locked, and none that somebody is using.
#define RGW_AT_MOST " limit 10000 for update skip locked)"

// No session can live longer than to its absolute end. 90 days, like the attempts that name it.
const pg::Statement forget_sessions{
    "cleanup_sessions",
    "delete from user_sessions where id in (select id from user_sessions"
    " where absolute_expires_at <= $1::timestamptz - interval '90 days'" RGW_AT_MOST};

const pg::Statement forget_devices{
    "cleanup_trusted_devices",
    "delete from trusted_devices where id in (select id from trusted_devices"
    " where least(expires_at, revoked_at) <= $1::timestamptz - interval '90 days'" RGW_AT_MOST};

// A sign-in of the command line that nobody finished.
const pg::Statement forget_cli_logins{
    "cleanup_cli_login_states",
    "delete from cli_login_states where state_hash in (select state_hash from cli_login_states"
    " where expires_at <= $1::timestamptz - interval '1 hour'" RGW_AT_MOST};

const pg::Statement forget_login_states{
    "cleanup_used_login_states",
    "delete from used_login_states where state_hash in (select state_hash from used_login_states"
    " where used_at <= $1::timestamptz - interval '1 hour'" RGW_AT_MOST};

const pg::Statement forget_env_changes{
    "cleanup_env_changes",
    "delete from env_changes where app in (select app from env_changes"
    " where expires_at <= $1::timestamptz - interval '1 hour'" RGW_AT_MOST};

}  // namespace

// One statement after the other, each a transaction of its own: none holds rows of two tables.
async::Task<Result<void>> PgCleanupStore::forget(Timestamp now, Deadline deadline) {
    const std::array statements = {&forget_sessions, &forget_devices, &forget_cli_logins,
                                   &forget_login_states, &forget_env_changes};
    for (const pg::Statement* statement : statements) {
        pg::Params params;
        params.add(now);
        const Result<pg::Rows> rows = co_await pool_.query(*statement, std::move(params), deadline);
        if (!rows) {
            co_return rows.error();
        }
    }
    co_return Result<void>();
}

}  // namespace rgw::storage
