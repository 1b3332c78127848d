#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <utility>
#include <vector>

#include "rgw/pg/listener.hpp"
#include "schema_fixture.hpp"

namespace rgw::pg {
namespace {

class NotifyTest : public SchemaTest {
protected:
    // What is heard of `statement`: everything until a mark of our own.
    std::vector<std::string> heard_of(const std::string& statement) {
        sql_.execute(statement);
        sql_.execute("notify rgw_changes, 'mark'");
        wait_until([&] {
            const std::lock_guard lock(mutex_);
            return !heard_.empty() && heard_.back() == "mark";
        });
        const std::lock_guard lock(mutex_);
        heard_.pop_back();
        return std::exchange(heard_, {});
    }
    void SetUp() override {
        loop_.start();
        test::run_on(loop_, [this] { listener_.start(); });
        wait_until([this] { return listener_.listening(); });
    }
    void TearDown() override { test::run(loop_, listener_.stop()); }

    std::mutex mutex_;
    std::vector<std::string> heard_;
    async::Loop loop_{"database"};
    Listener listener_{loop_,
                       ConnInfo::parse(database_.dsn()).value(),
                       {{"rgw_changes"}, std::nullopt},
                       [this](std::string_view, std::string_view payload) {
                           const std::lock_guard lock(mutex_);
                           heard_.emplace_back(payload);
                       },
                       [](bool) {}};
};

TEST_F(NotifyTest, EveryChangeOfWhatIsCachedIsToldAndATouchIsNot) {
    const std::string hash(64, 'c');
    struct Case {
        std::string statement;
        std::vector<std::string> heard;
    };
    const Case cases[] = {
        {"insert into users (id, email, name, roles) values (7, 'a@example.com', 'A', '[]')",
         {"users:7"}},
        {"update users set roles = '[\"admin\"]'", {"users:7"}},
        {"update users set locked_at = now()", {"users:7"}},
        {"update users set updated_at = now() + interval '1 s'", {}},
        {"update users set name = name", {}},
        {"insert into api_tokens (id, token_hash, name, user_id, permissions) values (12, '" +
             hash + "', 'ci', 7, '[]')",
         {"api_tokens:12"}},
        {"update api_tokens set last_used_at = now()", {}},
        {"update api_tokens set last_used_at = now(), permissions = '[\"x\"]'", {"api_tokens:12"}},
        {"insert into user_sessions (id, user_id, token_hash, expires_at, absolute_expires_at)"
         " values (5, 7, '" +
             hash + "', now(), now() + interval '1 day')",
         {"user_sessions:5"}},
        {"update user_sessions set last_seen_at = now() + interval '1 s', updated_at = now()", {}},
        {"update user_sessions set revoked_at = now()", {"user_sessions:5"}},
        {"insert into settings (key, value) values ('a', '1'), ('b', '2')", {"settings:"}},
        {"update settings set updated_at = now() + interval '1 s'", {}},
        {"update settings set value = '3' where key = 'a'", {"settings:"}},
        {"delete from settings", {"settings:"}},
        {"insert into jobs (kind) values ('x')", {}},
        {"truncate user_sessions cascade", {"user_sessions:"}},
        {"delete from users", {"users:7", "api_tokens:12"}},
    };
    for (const Case& c : cases) {
        EXPECT_THAT(heard_of(c.statement), testing::UnorderedElementsAreArray(c.heard))
            << c.statement;
    }
}

}  // namespace
}  // namespace rgw::pg
