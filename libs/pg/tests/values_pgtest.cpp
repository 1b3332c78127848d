#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

#include "client.hpp"

namespace rgw::pg {
namespace {

using std::chrono::microseconds;

Bytes bytes_of(std::string_view text) {
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

const Timestamp moment{microseconds(1'795'381'744'123'456)};

// Every type of parameter, sent and read back, and what PostgreSQL itself thinks it got.
class Values : public testing::Test {
protected:
    template <class T>
    void expect_back(std::string_view type, const T& value, std::string_view as_text) {
        const std::string sql = "select $1::" + std::string(type) + ", $1::text";
        const Statement statement{"", sql};
        const Result<Rows> rows = client_.run(statement, Params().add(value));
        ASSERT_TRUE(rows) << describe(rows.error());
        EXPECT_EQ((*rows)[0].get<T>(0), value);
        EXPECT_EQ((*rows)[0].get<std::string>(1), as_text);
    }
    template <class T>
    void expect_null_back(std::string_view type) {
        const std::string sql = "select $1::" + std::string(type) + ", pg_typeof($1)::text";
        const Statement statement{"", sql};
        const Result<Rows> rows = client_.run(statement, Params().add(std::optional<T>()));
        ASSERT_TRUE(rows) << describe(rows.error());
        EXPECT_TRUE((*rows)[0].is_null(0));
        EXPECT_EQ((*rows)[0].get<std::optional<T>>(0), std::nullopt);
        EXPECT_THROW((void)(*rows)[0].get<T>(0), std::logic_error);
    }

    test::TestDatabase database_{test::Schema::empty};
    Client client_{with_utc(database_.dsn())};

private:
    static std::string with_utc(const std::string& dsn) {
        return test::with_parameter(dsn, "options", "-c timezone=UTC");
    }
};

TEST_F(Values, EveryParameterTypeComesBackAsItWasSent) {
    expect_back("text", std::string("plain"), "plain");
    expect_back("text", std::string(), "");
    expect_back("text", std::string("qu'ote \"\\ ä 🚀\nline"), "qu'ote \"\\ ä 🚀\nline");
    expect_back("varchar(10)", std::string("short"), "short");
    expect_back("int8", std::int64_t{0}, "0");
    expect_back("int8", std::numeric_limits<std::int64_t>::max(), "9223372036854775807");
    expect_back("int8", std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
    expect_back("bool", true, "true");
    expect_back("bool", false, "false");
    expect_back("bytea", bytes_of(std::string_view("\0\xff'\\", 4)), "\\x00ff275c");
    expect_back("bytea", Bytes(), "\\x");
    expect_back("timestamptz", moment, "2026-11-22 21:09:04.123456+00");
    expect_back("timestamptz", Timestamp(microseconds(-1)), "1969-12-31 23:59:59.999999+00");
    expect_back("timestamptz", Timestamp::max(), "infinity");
    expect_back("timestamptz", Timestamp::min(), "-infinity");
}

TEST_F(Values, NullsOfEveryTypeComeBackAsNulls) {
    expect_null_back<std::string>("text");
    expect_null_back<std::int64_t>("int8");
    expect_null_back<bool>("bool");
    expect_null_back<Bytes>("bytea");
    expect_null_back<Timestamp>("timestamptz");
}

TEST_F(Values, PresentOptionalsAndSmallerIntegersAndCastTypesAreRead) {
    const Result<Rows> rows = client_.run(
        Statement{"",
                  "select $1, 7::int2, -8::int4, $2::text::inet::text, '{\"a\": 1}'::json,"
                  " 'x'::char(3), 'n'::name, 'v'::varchar"},
        Params().add(std::optional<std::int64_t>(5)).add("10.0.0.1/32"));
    ASSERT_TRUE(rows) << describe(rows.error());
    const Row row = (*rows)[0];
    EXPECT_EQ(row.get<std::optional<std::int64_t>>(0), 5);
    EXPECT_EQ(row.get<std::int64_t>(1), 7);
    EXPECT_EQ(row.get<std::int64_t>(2), -8);
    EXPECT_EQ(row.get<std::string_view>(3), "10.0.0.1/32");
    EXPECT_EQ(row.get<std::string>(4), "{\"a\": 1}");
    EXPECT_EQ(row.get<std::string>(5), "x  ");
    EXPECT_EQ(row.get<std::string>(6), "n");
    EXPECT_EQ(row.get<std::string>(7), "v");
}

TEST_F(Values, ArraysWithNullsUnnestToTheirElements) {
    const std::vector<std::optional<std::string>> texts{"a,b", std::nullopt, "{\"", ""};
    const std::vector<std::optional<std::int64_t>> numbers{1, -2, std::nullopt, 4};
    const std::vector<Bytes> blobs{bytes_of("x"), Bytes(), bytes_of("\xff"), bytes_of("y")};
    const std::vector<Timestamp> moments{moment, Timestamp(), moment, moment};
    Params params;
    params.add(std::span(texts)).add(std::span(numbers)).add(std::span(blobs));
    params.add(std::span(moments));
    const Result<Rows> rows =
        client_.run(Statement{"", "select * from unnest($1, $2, $3, $4)"}, std::move(params));
    ASSERT_TRUE(rows) << describe(rows.error());
    ASSERT_EQ(rows->size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ((*rows)[i].get<std::optional<std::string>>(0), texts[i]);
        EXPECT_EQ((*rows)[i].get<std::optional<std::int64_t>>(1), numbers[i]);
        EXPECT_EQ((*rows)[i].get<Bytes>(2), blobs[i]);
        EXPECT_EQ((*rows)[i].get<Timestamp>(3), moments[i]);
    }
}

TEST_F(Values, EmptyArraysAreEmptyAndNotNull) {
    Params params;
    params.add(std::span<const std::optional<std::string>>());
    params.add(std::span<const std::optional<std::int64_t>>());
    params.add(std::span<const Bytes>());
    params.add(std::span<const Timestamp>());
    const Result<Rows> rows =
        client_.run(Statement{"", "select $1 = '{}' and $2 = '{}' and $3 = '{}' and $4 = '{}'"},
                    std::move(params));
    ASSERT_TRUE(rows) << describe(rows.error());
    EXPECT_TRUE((*rows)[0].get<bool>(0));
}

TEST_F(Values, ReadingTheWrongTypeColumnOrRowIsABugThatThrows) {
    const Result<Rows> rows = client_.run(Statement{"", "select 1::int8, 'x'::text, now()"});
    ASSERT_TRUE(rows);
    const Row row = (*rows)[0];
    EXPECT_THROW((void)row.get<std::string>(0), std::logic_error);
    EXPECT_THROW((void)row.get<std::int64_t>(1), std::logic_error);
    EXPECT_THROW((void)row.get<bool>(2), std::logic_error);
    EXPECT_THROW((void)row.get<std::int64_t>(3), std::logic_error);
    EXPECT_THROW((void)row.get<std::optional<std::int64_t>>(-1), std::logic_error);
    EXPECT_THROW((void)row.is_null(3), std::logic_error);
    EXPECT_THROW((void)(*rows)[1], std::logic_error);
}

TEST_F(Values, AffectedCountsWhatWasWritten) {
    ASSERT_TRUE(client_.script("create table t (n int8)"));
    EXPECT_EQ(client_.run(Statement{"", "insert into t select generate_series(1, 5)"})->affected(),
              5);
    EXPECT_EQ(client_.run(Statement{"", "update t set n = 0 where n > 3"})->affected(), 2);
    EXPECT_EQ(client_.run(Statement{"", "delete from t"})->affected(), 5);
    EXPECT_EQ(client_.run(Statement{"", "delete from t"})->affected(), 0);
}

}  // namespace
}  // namespace rgw::pg
