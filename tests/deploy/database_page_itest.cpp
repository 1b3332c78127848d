// docs/database-setup.md, followed from its first line to its last: every block is executed, by the
// rule of its section or by that of its kind, and what no rule can execute fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <sstream>

#include "deploy/operator.hpp"
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

Page page() {
    return Page(read_file(project + "/docs/database-setup.md"));
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

// The paragraphs of the page that say what waits for a restart.
std::string about_restarts() {
    std::string text;
    std::string paragraph;
    for (const std::string& line :
         lines_of(read_file(project + "/docs/database-setup.md") + "\n")) {
        paragraph += line;
        if (line.empty()) {
            text += paragraph.find("next restart") != std::string::npos ? paragraph : "";
            paragraph.clear();
        }
    }
    return text;
}

class DatabasePage : public testing::Test {
protected:
    // What a section needs first, how it is executed when its kind does not say, and what must hold
    // after each of its blocks.
    struct Rule {
        std::function<void()> before;
        std::function<void(const Block&)> instead;
        std::function<void(const Block&)> after;
    };

    DatabasePage();
    void execute_block(const Block& block);
    void connect_with(const Environment& variables);
    void environment_block(const Block& block);
    void sql_block(const Block& block);
    void expect_settings(const std::string& text);
    void same_as_a_file(const Block& block) const;
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
    void tuning_and_watching();
    void two_logins_and_trouble();
    void log_a_failed_migration() const;
    void expect_no_values_in_the_servers_log() const;
    void prometheus_configuration(const Block& block) const;

    Operator operator_;
    std::map<std::string, Rule> rules_;
    std::string index_file_;
};

DatabasePage::DatabasePage() {
    provisioning();
    migrating_and_resetting();
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
    // With one login for everything it ends with 1.
    rules_["doctor"].instead = [this](const Block& block) {
        for (const std::string& line : lines_of(block.text)) {
            const Ran ran = operator_.run_shell(line);
            EXPECT_EQ(ran.status, 1) << line << ran.out << ran.err;
            EXPECT_THAT(ran.out, HasSubstr("privileges"));
        }
    };
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

// Variables and nothing else: a program that has them connects.
void DatabasePage::connect_with(const Environment& variables) {
    Environment with = variables;
    with["PGSSLROOTCERT"] = operator_.environment.at("PGSSLROOTCERT");
    const Ran ran = operator_.run_gateway({"doctor", "--json"}, with);
    boost::system::error_code error;
    const json::value report = json::parse(ran.out, error);
    ASSERT_FALSE(error) << ran.out << ran.err;
    const json::value& connection = report.at("checks").at(0);
    EXPECT_EQ(connection.at("id"), "connection");
    EXPECT_EQ(connection.at("verdict"), "ok") << ran.out;
}

// Each DATABASE_URL is one way to say it, other variables belong together.
void DatabasePage::environment_block(const Block& block) {
    Environment together;
    for (const std::string& line : lines_of(operator_.substituted(block.text))) {
        const std::size_t equals = line.find('=');
        if (line.empty() || line.starts_with("#")) {
            continue;
        }
        ASSERT_NE(equals, std::string::npos) << line;
        if (line.starts_with("DATABASE_URL=")) {
            connect_with({{"DATABASE_URL", line.substr(equals + 1)}});
        } else {
            together[line.substr(0, equals)] = line.substr(equals + 1);
        }
    }
    if (!together.empty()) {
        connect_with(together);
    }
}

void DatabasePage::sql_block(const Block& block) {
    const Ran ran = operator_.run_sql(block.text);
    EXPECT_EQ(ran.status, 0) << ran.err;
    expect_settings(block.text);
}

// What ALTER SYSTEM sets is in force, at once or, where the page says so, after a restart.
void DatabasePage::expect_settings(const std::string& text) {
    static const std::regex setting("ALTER SYSTEM SET (\\w+) = ([^;]+);");
    std::map<std::string, std::string> settings;
    bool restarted = false;
    for (std::sregex_iterator at(text.begin(), text.end(), setting), end; at != end; ++at) {
        const std::string name = (*at)[1];
        settings[name] = (*at)[2];
        std::erase(settings[name], '\'');
        if (operator_.value("select context from pg_settings where name = '" + name + "'") ==
            "postmaster") {
            EXPECT_THAT(about_restarts(), HasSubstr("`" + name + "`"));
            restarted = true;
        }
    }
    if (restarted) {
        operator_.restart_database();
    }
    for (const auto& [name, value] : settings) {
        EXPECT_EQ(operator_.value("select count(*) from pg_settings s join pg_file_settings f"
                                  " using (name) where name = '" +
                                  name + "' and f.setting = '" + value +
                                  "' and f.applied and not s.pending_restart and s.sourcefile"
                                  " like '%.auto.conf'"),
                  "1")
            << name;
    }
}

// Whoever copies from the page and whoever takes the file get the same.
void DatabasePage::same_as_a_file(const Block& block) const {
    for (const char* folder : {"/packaging/terraform", "/packaging/compose"}) {
        for (const auto& entry : fs::recursive_directory_iterator(project + folder)) {
            if (entry.is_regular_file() &&
                read_file(entry.path()).find(block.text) != std::string::npos) {
                return;
            }
        }
    }
    ADD_FAILURE() << "no file of packaging/ has this:\n" << block.text;
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

void DatabasePage::execute_block(const Block& block) {
    const auto rule = rules_.find(block.section);
    if (rule != rules_.end() && rule->second.instead) {
        rule->second.instead(block);
    } else if (block.kind == Block::Kind::shell) {
        const Ran ran = operator_.run_shell(block.text);
        EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
    } else if (block.kind == Block::Kind::sql) {
        sql_block(block);
    } else if (block.kind == Block::Kind::environment) {
        environment_block(block);
    } else {
        same_as_a_file(block);
    }
    if (rule != rules_.end() && rule->second.after) {
        rule->second.after(block);
    }
}

TEST_F(DatabasePage, EveryBlockWorksForWhoFollowsIt) {
    const Page text = page();
    EXPECT_GE(text.blocks.size(), least_blocks);
    std::string section;
    for (const Block& block : text.blocks) {
        SCOPED_TRACE("docs/database-setup.md:" + std::to_string(block.line) + ": " + block.section);
        if (block.section != section) {
            section = block.section;
            const auto rule = rules_.find(section);
            if (rule != rules_.end() && rule->second.before) {
                rule->second.before();
            }
        }
        execute_block(block);
    }
    for (const auto& [name, rule] : rules_) {
        EXPECT_TRUE(std::ranges::any_of(text.blocks,
                                        [&](const Block& block) { return block.section == name; }))
            << "a rule for a section without a block: " << name;
    }
}

}  // namespace
}  // namespace rgw::test
