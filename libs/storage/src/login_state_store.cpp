#include "rgw/storage/login_state_store.hpp"

#include <utility>

namespace rgw::storage {
namespace {

// A cookie of the past hour is still refused as used; an older one is refused for its age.
const pg::Statement use_login_state{
    "login_state_use_once",
    "with forgotten as ("
    " delete from used_login_states where used_at < $2::timestamptz - interval '1 hour')"
    " insert into used_login_states (state_hash, used_at) values ($1, $2)"
    " on conflict (state_hash) do nothing returning used_at"};

}  // namespace

async::Task<Result<bool>> PgLoginStateStore::use_once(std::string state_hash, Timestamp now,
                                                      Deadline deadline) {
    pg::Params params;
    params.add(state_hash).add(now);
    const Result<pg::Rows> rows =
        co_await pool_.query(use_login_state, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return !rows->empty();
}

}  // namespace rgw::storage
