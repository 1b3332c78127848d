#include "rgw/storage/database_state.hpp"

#include <array>

namespace rgw::storage {
namespace {

constexpr pg::Statement select_state{
    "database_state",
    "select pg_is_in_recovery(), current_setting('transaction_read_only') = 'on'"};

constexpr std::array<const pg::Statement*, 1> statements{&select_state};

}  // namespace

async::Task<Result<void>> check_writable(pg::Pool& pool, Deadline deadline) {
    const Result<pg::Rows> rows = co_await pool.query(select_state, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    const pg::Row state = rows.value()[0];
    if (state.get<bool>(0)) {
        co_return Error(Errc::database_unavailable, "the server is a standby");
    }
    if (state.get<bool>(1)) {
        co_return Error(Errc::database_unavailable, "transactions are read-only");
    }
    co_return Result<void>();
}

std::span<const pg::Statement* const> database_state_statements() {
    return statements;
}

}  // namespace rgw::storage
