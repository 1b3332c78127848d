#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <utility>

#include "rgw/async/loop.hpp"
#include "rgw/base/error.hpp"
#include "rgw/pg/conninfo.hpp"
#include "rgw/pg/pool.hpp"

namespace rgw::app {

// The database loop with its thread, and the pool on it.
class Database {
public:
    Database(pg::ConnInfo info, pg::PoolOptions options);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] async::Loop& loop() { return loop_; }
    [[nodiscard]] pg::Pool& pool() { return pool_; }

    // Runs a task on the database loop and waits for it; for start, stop and the sub-commands,
    // never on a loop.
    template <class T>
    T wait_for(async::Task<T> task) {
        return boost::asio::co_spawn(loop_.executor(), std::move(task), boost::asio::use_future)
            .get();
    }

private:
    async::Loop loop_{"database"};
    pg::Pool pool_;
};

}  // namespace rgw::app
