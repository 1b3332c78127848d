// docs/database-setup.md, followed from its first line to its last: every block is executed, by the
// rule of its section or by that of its kind, and what no rule can execute fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <regex>

#include "deploy/page_walk.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/pool.hpp"
#include "support/run.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string project = RGW_PROJECT_DIR;
constexpr int least_blocks = 25;

class DatabasePage : public testing::Test {
protected:
    DatabasePage();
    void add_person() const;
    [[nodiscard]] std::string persons() const {
        return operator_.value("select count(*) from users");
    }
    void expect_migrated() const {
        EXPECT_EQ(operator_.value("select count(*) from schema_migrations"),
                  std::to_string(migrations().size()));
    }
    void expect_refused_without(const std::string& guard, const Block& block) const;
    void provisioning();
    void migrating_and_resetting();
    void recovering();
    void tuning_and_watching();
    void two_logins_and_trouble();
    void examine(const Block& block) const;
    void log_a_failed_migration() const;
    void expect_no_values_in_the_servers_log() const;
    void prometheus_configuration(const Block& block) const;

    Operator operator_;
    std::map<std::string, SectionRule> rules_;
    std::string index_file_;
};

DatabasePage::DatabasePage() {
    provisioning();
    migrating_and_resetting();
    recovering();
    tuning_and_watching();
    two_logins_and_trouble();
}

void DatabasePage::provisioning() {
    rules_["Convox"].after = [this](const Block&) {
        EXPECT_EQ(operator_.calls(),
                  "convox resources create postgres --name gateway-db\n"
                  "convox resources link gateway-db -a rack-gateway\n"
                  "convox resources info gateway-db\n");
    };
    // As the image would make it from the environment of the file.
    rules_["Local development"] = {
        .before = [this] { operator_.execute("alter role rack_gateway password 'development'"); },
        .instead = {},
        .after =
            [this](const Block& block) {
                if (block.kind == Block::Kind::shell) {
                    expect_migrated();
                    operator_.execute("alter role rack_gateway password 'your-password'");
                }
            }};
}

void DatabasePage::migrating_and_resetting() {
    rules_["Manual migrations"] = {
        .before = [this] { operator_.recreate_database(); },
        .instead = {},
        .after =
            [this](const Block&) {
                expect_migrated();
                EXPECT_THAT(
                    operator_.calls(),
                    AllOf(HasSubstr("docker exec rack-gateway rack-gateway-api migrate\n"),
                          HasSubstr("convox run gateway -a rack-gateway -- rack-gateway-api "
                                    "migrate\n")));
            }};
    const auto emptied = [this](const std::string& guard) {
        return [this, guard](const Block& block) {
            EXPECT_EQ(persons(), "0");
            expect_migrated();
            add_person();
            expect_refused_without(guard, block);
        };
    };
    rules_["Development reset"] = {.before = [this] { add_person(); },
                                   .instead = {},
                                   .after = emptied("RESET_RACK_GATEWAY_DATABASE")};
    rules_["Emergency production reset"] = {
        .before =
            [this] {
                operator_.execute(
                    "insert into rgw_internal_metadata (environment) values ('production')"
                    " on conflict (id) do update set environment = 'production'");
            },
        .instead = {},
        .after = emptied("DISABLE_DATABASE_ENVIRONMENT_CHECK")};
}

// By the name that the page restores, into an empty database. Copying beside takes a right to
// create one.
void DatabasePage::recovering() {
    rules_["Recovery"] = {.before =
                              [this] {
                                  const Ran renamed = operator_.run_shell(
                                      "mv backup-*.sql.gz backup-20240115.sql.gz");
                                  EXPECT_EQ(renamed.status, 0) << renamed.err;
                                  operator_.recreate_database();
                                  operator_.execute("alter role rack_gateway createdb");
                              },
                          .instead = {},
                          .after =
                              [this](const Block& block) {
                                  if (block.text.find("gunzip") != std::string::npos) {
                                      expect_migrated();
                                      EXPECT_EQ(persons(), "1");
                                  }
                              }};
}

void DatabasePage::tuning_and_watching() {
    rules_["Index maintenance"] = {
        .before =
            [this] {
                index_file_ =
                    operator_.value("select pg_relation_filenode('audit.audit_event_pkey')");
            },
        .instead = {},
        .after =
            [this](const Block&) {
                EXPECT_NE(operator_.value("select pg_relation_filenode('audit.audit_event_pkey')"),
                          index_file_);
            }};
    rules_["Key metrics"].instead = [this](const Block& block) { prometheus_configuration(block); };
    rules_["doctor"].instead = [this](const Block& block) { examine(block); };
    rules_["Query performance"].after = [this](const Block& block) {
        if (block.text.find("log_min_duration_statement") != std::string::npos) {
            expect_no_values_in_the_servers_log();
        }
    };
}

void DatabasePage::two_logins_and_trouble() {
    // Made anew, and owned by the administrator of the server.
    rules_["Access control"] = {
        .before = [this] { operator_.recreate_database(); },
        .instead = {},
        .after =
            [this](const Block& block) {
                if (block.kind == Block::Kind::shell) {
                    expect_migrated();
                    EXPECT_EQ(operator_.value("select count(*) from pg_shdepend where deptype = 'o'"
                                              " and refobjid = 'rack_gateway_app'::regrole"),
                              "0");
                }
            }};
    rules_["Connection issues"].before = [this] {
        operator_.environment["DATABASE_URL"] = operator_.url("rack_gateway_app:secure-password");
    };
    rules_["Migration failures"].before = [this] { log_a_failed_migration(); };
    // Its extension was made in the database before the one of "Access control".
    rules_["Performance issues"].before = [this] {
        operator_.execute("create extension if not exists pg_stat_statements");
    };
}

void DatabasePage::add_person() const {
    operator_.execute(
        "insert into users (email, name, roles) values ('a@example.com', 'A', '[\"viewer\"]')");
}

void DatabasePage::expect_refused_without(const std::string& guard, const Block& block) const {
    std::string text;
    for (const std::string& line : lines_of(block.text)) {
        text += line.find(guard) == std::string::npos ? line + "\n" : "";
    }
    ASSERT_NE(text, block.text);
    const Ran ran = operator_.run_shell(text);
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.err, HasSubstr(guard));
    EXPECT_EQ(persons(), "1");
}

void DatabasePage::prometheus_configuration(const Block& block) const {
    const std::string file = operator_.directory() + "/prometheus.yml";
    fs::copy_file(project + "/packaging/monitoring/prometheus/rules.yml",
                  operator_.directory() + "/rules.yml");
    std::ofstream(file) << block.text;
    const Ran ran = run({"/usr/bin/promtool", "check", "config", file}, {});
    EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("1 rule files found"));
}

// With one login for everything it ends with 1. Its checks are those of the page's table.
void DatabasePage::examine(const Block& block) const {
    for (const std::string& line : lines_of(block.text)) {
        const Ran ran = operator_.run_shell(line);
        EXPECT_EQ(ran.status, 1) << line << ran.out << ran.err;
        if (!line.ends_with("--json")) {
            continue;
        }
        const json::value report = json::parse(ran.out);
        EXPECT_EQ(report.at("verdict"), "warning");
        for (const json::value& check : report.at("checks").as_array()) {
            const auto id = json::value_to<std::string>(check.at("id"));
            EXPECT_TRUE(
                std::regex_search(database_page(), std::regex("\n\\| (`\\w+`, )*`" + id + "`")))
                << id << " is not in the table";
        }
    }
}

void DatabasePage::log_a_failed_migration() const {
    operator_.execute("insert into schema_migrations values ('9999', 'later', 'x')");
    Environment with = operator_.environment;
    with.insert({{"RACK_HOST", "https://rack.example.com"},
                 {"RACK_TOKEN", "t"},
                 {"AUDIT_HMAC_SECRET", std::string(32, 'k')}});
    const Ran ran = operator_.run_gateway({}, with);
    EXPECT_EQ(ran.status, 1);
    std::ofstream(operator_.directory() + "/gateway.log") << ran.err;
    operator_.execute("delete from schema_migrations where version = '9999'");
}

void DatabasePage::expect_no_values_in_the_servers_log() const {
    async::Loop loop("slow");
    loop.start();
    {
        std::unique_ptr<pg::Pool> pool;
        const pg::ConnInfo info = pg::ConnInfo::parse(operator_.superuser_dsn()).value();
        run_on(loop, [&] { pool = std::make_unique<pg::Pool>(loop, info, pg::PoolOptions()); });
        const pg::Statement slow{"slow", "select $1::text from pg_sleep(1.001)"};
        EXPECT_TRUE(rgw::test::run(
            loop, pool->query(slow, std::move(pg::Params().add(std::string_view("pl4nted"))),
                              deadline_in(std::chrono::seconds(20)))));
        rgw::test::run(loop, pool->close(deadline_in(std::chrono::seconds(5))));
        run_on(loop, [&] { pool.reset(); });
    }
    const std::string log = operator_.value("select pg_read_file('../server.log')");
    EXPECT_THAT(log, AllOf(HasSubstr("pg_sleep(1.001)"), Not(HasSubstr("pl4nted"))));
}

TEST_F(DatabasePage, EveryBlockWorksForWhoFollowsIt) {
    EXPECT_GE(follow_page(operator_, rules_), least_blocks);
}

// The table of tables is the schema's.
TEST(SchemaOverview, NamesEveryTableAndNoOther) {
    const TestDatabase database;
    const std::vector<std::string> there =
        Sql(database.dsn())
            .column(
                "select case schemaname when 'audit' then 'audit.' else '' end || tablename"
                " from pg_tables where schemaname in ('public', 'audit') order by 1");
    std::vector<std::string> named;
    const std::string text = database_page();
    const std::size_t begin = text.find("## Schema overview");
    const std::string section = text.substr(begin, text.find("\n## ", begin) - begin);
    static const std::regex name("`([a-z_.]+)`");
    for (const std::string& line : lines_of(section)) {
        const std::string cell = line.substr(0, line.find('|', 1));
        for (std::sregex_iterator at(cell.begin(), cell.end(), name), end; at != end; ++at) {
            if (line.starts_with("|")) {
                named.push_back((*at)[1]);
            }
        }
    }
    EXPECT_THAT(named, testing::UnorderedElementsAreArray(there));
}

}  // namespace
}  // namespace rgw::test
