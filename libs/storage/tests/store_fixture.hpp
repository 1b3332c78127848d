#pragma once

#include <optional>
#include <string>

#include "rgw/async/loop.hpp"
#include "rgw/pg/pool.hpp"
#include "rgw/storage/cli_login_store.hpp"
#include "rgw/storage/login_state_store.hpp"
#include "rgw/storage/session_store.hpp"
#include "rgw/storage/settings_store.hpp"
#include "rgw/storage/token_directory.hpp"
#include "rgw/storage/token_store.hpp"
#include "rgw/storage/user_directory.hpp"
#include "rgw/storage/user_store.hpp"
#include "support/postgres.hpp"
#include "support/run.hpp"

namespace rgw::storage {

// A migrated database with a pool on a loop of its own.
class StoreFixture {
public:
    StoreFixture() { loop_.start(); }
    ~StoreFixture() { test::run(loop_, pool_.close(deadline_in(std::chrono::seconds(5)))); }
    StoreFixture(const StoreFixture&) = delete;
    StoreFixture& operator=(const StoreFixture&) = delete;

    pg::Pool& pool() { return pool_; }
    async::Loop& loop() { return loop_; }
    test::Sql& sql() { return sql_; }
    identity::UserStore& users() { return users_; }
    identity::TokenStore& tokens() { return tokens_; }
    identity::UserDirectory& user_directory() { return user_directory_; }
    identity::TokenDirectory& token_directory() { return token_directory_; }
    identity::SessionStore& sessions() { return sessions_; }
    identity::LoginStateStore& login_states() { return login_states_; }
    identity::CliLoginStore& cli_logins() { return cli_logins_; }
    PgSettingsStore& settings() { return settings_; }

    [[nodiscard]] const std::string& dsn() const { return database_.dsn(); }
    // Until that many statements of this database wait for a lock.
    void wait_for_waiters(int count) {
        const std::string waiting =
            "select count(*) from pg_locks where not granted and database ="
            " (select oid from pg_database where datname = current_database())";
        while (sql_.value(waiting) != std::to_string(count)) {
        }
    }

    std::optional<Timestamp> last_used(ApiTokenId id) {
        const std::string micros = sql_.value(
            "select (extract(epoch from last_used_at) * 1000000)::bigint from api_tokens where id "
            "= " +
            std::to_string(id.value));
        if (micros == "(null)") {
            return std::nullopt;
        }
        return Timestamp(std::chrono::microseconds(std::stoll(micros)));
    }

    std::int64_t add_trusted_device(UserId user) {
        sql_.execute(
            "insert into trusted_devices (user_id, device_id, token_hash, expires_at) values (" +
            std::to_string(user.value) + ", gen_random_uuid(), '" + std::string(64, 'd') +
            "', now() + interval '1 day')");
        return std::stoll(sql_.value("select id from trusted_devices"));
    }

private:
    test::TestDatabase database_;
    test::Sql sql_{database_.dsn()};
    async::Loop loop_{"stores"};
    pg::Pool pool_{loop_, pg::ConnInfo::parse(database_.dsn()).value(), {.max_open = 4}};
    PgUserStore users_{pool_};
    PgTokenStore tokens_{pool_};
    PgUserDirectory user_directory_{pool_};
    PgTokenDirectory token_directory_{pool_};
    PgSessionStore sessions_{pool_};
    PgLoginStateStore login_states_{pool_};
    PgCliLoginStore cli_logins_{pool_};
    PgSettingsStore settings_{pool_};
};

}  // namespace rgw::storage
