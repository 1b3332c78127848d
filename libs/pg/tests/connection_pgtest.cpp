#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "client.hpp"

namespace rgw::pg {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Statement insert_number{"test.insert", "insert into t (n) values ($1)"};
constexpr Statement count_numbers{"test.count", "select count(*) from t"};

class ConnectionTest : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(
            client_.script("create table t (n int8 constraint t_n_positive check (n > 0)"
                           " constraint t_n_uq unique)"));
    }
    std::int64_t count() { return client_.run(count_numbers).value()[0].get<std::int64_t>(0); }

    test::TestDatabase database_{test::Schema::empty};
    Client client_{database_.dsn()};
};

TEST_F(ConnectionTest, ErrorsAreMappedBySqlstate) {
    struct Case {
        std::string_view sql;
        Errc code;
        std::string_view detail;
        bool usable_after;
    };
    const Case cases[] = {
        {"insert into t values (-1)", Errc::database_conflict, "t_n_positive", true},
        {"insert into t values (1), (1)", Errc::database_conflict, "t_n_uq", true},
        {"insert into missing values (1)", Errc::database_rejected, "42P01", true},
        {"selec 1", Errc::database_rejected, "42601", true},
        {"select 1/0", Errc::database_rejected, "22012", true},
        {"do $$ begin raise serialization_failure; end $$", Errc::database_conflict, "40001", true},
        {"do $$ begin raise disk_full; end $$", Errc::database_unavailable, "53100", true},
        {"do $$ begin raise read_only_sql_transaction; end $$", Errc::database_unavailable, "25006",
         false},
        {"do $$ begin raise query_canceled; end $$", Errc::database_timeout, "57014", true},
        {"do $$ begin raise lock_not_available; end $$", Errc::database_timeout, "55P03", true},
        {"select pg_terminate_backend(pg_backend_pid())", Errc::database_unavailable, "57P01",
         false},
    };
    for (const Case& c : cases) {
        Client client(database_.dsn());
        const Result<Rows> rows = client.run(Statement{"test.case", c.sql});
        ASSERT_FALSE(rows) << c.sql;
        EXPECT_EQ(rows.error().code, c.code) << c.sql << ": " << rows.error().detail;
        EXPECT_THAT(rows.error().detail, HasSubstr(std::string(c.detail)));
        EXPECT_EQ((*client).usable(), c.usable_after) << c.sql;
    }
}

TEST_F(ConnectionTest, AConstraintIsNamedAloneAndABadValueIsNeverQuoted) {
    const Result<Rows> conflict = client_.run(insert_number, Params().add(-5));
    ASSERT_FALSE(conflict);
    EXPECT_EQ(conflict.error().detail, "t_n_positive");

    const Result<Rows> bad =
        client_.run(Statement{"test.cast", "select $1::inet"}, Params().add("hunter2"));
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().code, Errc::database_rejected);
    EXPECT_THAT(bad.error().detail, HasSubstr("test.cast"));
    EXPECT_THAT(bad.error().detail, Not(HasSubstr("hunter2")));
}

TEST_F(ConnectionTest, AStatementIsPreparedOnceAndAMisuseOfItsNameThrows) {
    for (int n = 1; n <= 3; ++n) {
        ASSERT_TRUE(client_.run(insert_number, Params().add(n)));
    }
    EXPECT_EQ(client_.text("select count(*)::text from pg_prepared_statements"
                           " where name = 'test.insert'"),
              "1");
    const Statement same_name{"test.insert", "select $1"};
    EXPECT_THROW((void)client_.run(same_name, Params().add(1)), std::logic_error);
    EXPECT_FALSE((*client_).usable());
    Client second(database_.dsn());
    Batch other_types;
    other_types.add(insert_number, Params().add(8)).add(insert_number, Params().add("9"));
    EXPECT_THROW((void)second.run(std::move(other_types)), std::logic_error);
    EXPECT_FALSE((*second).usable());
}

TEST_F(ConnectionTest, ABatchAnswersInOrder) {
    Batch batch;
    for (int n = 1; n <= 50; ++n) {
        batch.add(insert_number, Params().add(n)).add(count_numbers);
    }
    const Result<std::vector<Rows>> answers = client_.run(std::move(batch));
    ASSERT_TRUE(answers) << describe(answers.error());
    ASSERT_EQ(answers->size(), 100U);
    for (std::size_t i = 0; i < 50; ++i) {
        EXPECT_EQ((*answers)[2 * i].affected(), 1);
        EXPECT_EQ((*answers)[2 * i + 1][0].get<std::int64_t>(0), static_cast<std::int64_t>(i) + 1);
    }
}

TEST_F(ConnectionTest, ABatchThatFailsInTheMiddleDoesNothingAndTheConnectionGoesOn) {
    Batch batch;
    batch.add(insert_number, Params().add(1)).add(insert_number, Params().add(-1));
    batch.add(insert_number, Params().add(2)).add(count_numbers);
    const Result<std::vector<Rows>> answers = client_.run(std::move(batch));
    ASSERT_FALSE(answers);
    EXPECT_EQ(answers.error().detail, "t_n_positive");
    EXPECT_TRUE((*client_).usable());
    EXPECT_FALSE((*client_).in_transaction());
    EXPECT_EQ(count(), 0);
}

TEST_F(ConnectionTest, AnErrorAtTheEndOfABatchIsReported) {
    ASSERT_TRUE(
        client_.script("create table d (n int8 constraint d_uq unique deferrable"
                       " initially deferred)"));
    const Statement insert{"test.deferred", "insert into d values (1), (1)"};
    const Result<Rows> rows = client_.run(insert);
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, Errc::database_conflict);
    EXPECT_EQ(rows.error().detail, "d_uq");
}

TEST_F(ConnectionTest, ABatchWithItsOwnTransactionLeavesItOpenWhenItFails) {
    const Statement begin{"test.begin", "begin"};
    const Statement commit{"test.commit", "commit"};
    Batch good;
    good.add(begin).add(insert_number, Params().add(1)).add(commit);
    ASSERT_TRUE(client_.run(std::move(good)));
    EXPECT_FALSE((*client_).in_transaction());
    Batch bad;
    bad.add(begin).add(insert_number, Params().add(-1)).add(commit);
    ASSERT_FALSE(client_.run(std::move(bad)));
    EXPECT_TRUE((*client_).in_transaction());
    EXPECT_TRUE((*client_).transaction_failed());
    ASSERT_TRUE(client_.script("rollback"));
    EXPECT_EQ(count(), 1);
}

TEST_F(ConnectionTest, MegabytesInBothDirectionsAtOnceDoNotBlock) {
    const Statement echo{"test.echo", "select $1"};
    const std::string megabyte(1'000'000, 'x');
    Batch batch;
    for (int i = 0; i < 20; ++i) {
        batch.add(echo, Params().add(megabyte));
    }
    const Result<std::vector<Rows>> answers = client_.run(std::move(batch));
    ASSERT_TRUE(answers) << describe(answers.error());
    for (const Rows& rows : *answers) {
        EXPECT_EQ(rows[0].get<std::string_view>(0).size(), megabyte.size());
    }
}

TEST_F(ConnectionTest, AScriptStopsAtItsFirstErrorAndSaysHowFarItCame) {
    const auto failed = test::run(
        client_.loop(),
        (*client_).try_script("insert into t values (1); select 2; select oops", deadline_in(20s)));
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->error.code, Errc::database_rejected);
    EXPECT_EQ(failed->statement, 2U);
    EXPECT_EQ(failed->position, 44U);
    EXPECT_EQ(count(), 0);
}

TEST_F(ConnectionTest, PastItsDeadlineACallEndsTheConnectionAndTheServersWork) {
    const Statement sleep{"test.sleep", "select pg_sleep(600)"};
    const Result<Rows> rows = client_.run(sleep, {}, 1ms);
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().code, Errc::database_timeout);
    EXPECT_FALSE((*client_).usable());
    EXPECT_EQ(client_.run(count_numbers).error().code, Errc::database_unavailable);
    Client other(database_.dsn());
    wait_until([&] {
        return other.text(
                   "select count(*)::text from pg_stat_activity where state = 'active'"
                   " and query like '%pg_sleep(600)%' and pid <> pg_backend_pid()") == "0";
    });
}

TEST_F(ConnectionTest, AConnectionClosedByTheServerIsSeenWithoutSending) {
    EXPECT_TRUE((*client_).alive());
    Client other(database_.dsn());
    other.text(
        "select pg_terminate_backend(pid)::text from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()");
    wait_until([&] { return !(*client_).alive(); });
    EXPECT_EQ(client_.run(count_numbers).error().code, Errc::database_unavailable);
    EXPECT_FALSE((*client_).usable());
}

}  // namespace
}  // namespace rgw::pg
