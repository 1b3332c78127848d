#include "deploy/page_walk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <regex>
#include <sstream>

namespace rgw::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string project = RGW_PROJECT_DIR;

// The paragraphs of the page that say what waits for a restart.
std::string about_restarts() {
    std::string text;
    std::string paragraph;
    for (const std::string& line : lines_of(database_page() + "\n")) {
        paragraph += line;
        if (line.empty()) {
            text += paragraph.find("next restart") != std::string::npos ? paragraph : "";
            paragraph.clear();
        }
    }
    return text;
}

class Walk {
public:
    explicit Walk(Operator& reader) : reader_(reader) {}
    void execute(const Block& block, const SectionRule& rule);

private:
    void connect_with(const Environment& variables);
    void environment_block(const Block& block);
    void sql_block(const Block& block);
    void expect_settings(const std::string& text);
    static void same_as_a_file(const Block& block);

    Operator& reader_;
};

// Variables and nothing else: a program that has them connects.
void Walk::connect_with(const Environment& variables) {
    Environment with = variables;
    with["PGSSLROOTCERT"] = reader_.environment.at("PGSSLROOTCERT");
    const Ran ran = reader_.run_gateway({"doctor", "--json"}, with);
    boost::system::error_code error;
    const json::value report = json::parse(ran.out, error);
    ASSERT_FALSE(error) << ran.out << ran.err;
    const json::value& connection = report.at("checks").at(0);
    EXPECT_EQ(connection.at("id"), "connection");
    EXPECT_EQ(connection.at("verdict"), "ok") << ran.out;
    const auto url = with.find("DATABASE_URL");
    if (url != with.end() && url->second.find("sslmode=") != std::string::npos) {
        EXPECT_THAT(ran.out, HasSubstr(R"("value":"TLSv1.)"));
    }
}

// Each DATABASE_URL is one way to say it, other variables belong together.
void Walk::environment_block(const Block& block) {
    Environment together;
    for (const std::string& line : lines_of(reader_.substituted(block.text))) {
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

void Walk::sql_block(const Block& block) {
    const Ran ran = reader_.run_sql(block.text);
    EXPECT_EQ(ran.status, 0) << ran.err;
    expect_settings(block.text);
}

// What ALTER SYSTEM sets is in force, at once or, where the page says so, after a restart.
void Walk::expect_settings(const std::string& text) {
    static const std::regex setting("ALTER SYSTEM SET (\\w+) = ([^;]+);");
    std::map<std::string, std::string> settings;
    bool restarted = false;
    for (std::sregex_iterator at(text.begin(), text.end(), setting), end; at != end; ++at) {
        const std::string name = (*at)[1];
        settings[name] = (*at)[2];
        std::erase(settings[name], '\'');
        if (reader_.value("select context from pg_settings where name = '" + name + "'") ==
            "postmaster") {
            EXPECT_THAT(about_restarts(), HasSubstr("`" + name + "`"));
            restarted = true;
        }
    }
    if (restarted) {
        reader_.restart_database();
    }
    for (const auto& [name, value] : settings) {
        std::string query =
            "select count(*) from pg_settings s join pg_file_settings f using (name) where"
            " f.applied and not s.pending_restart and s.sourcefile like '%.auto.conf' and name = '";
        query.append(name).append("' and f.setting = '").append(value).append("'");
        EXPECT_EQ(reader_.value(query), "1") << name;
    }
}

// Whoever copies from the page and whoever takes the file get the same.
void Walk::same_as_a_file(const Block& block) {
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

// Whether it can be executed, its kind and its section's rule say.
void Walk::execute(const Block& block, const SectionRule& rule) {
    if (rule.instead) {
        rule.instead(block);
    } else if (block.kind == Block::Kind::shell) {
        const Ran ran = reader_.run_shell(block.text);
        EXPECT_EQ(ran.status, 0) << ran.out << ran.err;
    } else if (block.kind == Block::Kind::sql) {
        sql_block(block);
    } else if (block.kind == Block::Kind::environment) {
        environment_block(block);
    } else {
        same_as_a_file(block);
    }
    if (rule.after) {
        rule.after(block);
    }
}

}  // namespace

std::string database_page() {
    return read_file(project + "/docs/database-setup.md");
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

int follow_page(Operator& reader, const std::map<std::string, SectionRule>& rules) {
    const Page page(database_page());
    Walk walk(reader);
    std::string section;
    for (const Block& block : page.blocks) {
        SCOPED_TRACE("docs/database-setup.md:" + std::to_string(block.line) + ": " + block.section);
        const auto found = rules.find(block.section);
        const SectionRule rule = found == rules.end() ? SectionRule() : found->second;
        if (block.section != section && rule.before) {
            rule.before();
        }
        section = block.section;
        walk.execute(block, rule);
    }
    for (const auto& [name, rule] : rules) {
        EXPECT_TRUE(std::ranges::any_of(
            page.blocks, [&name](const Block& block) { return block.section == name; }))
            << "a rule for a section without a block: " << name;
    }
    return static_cast<int>(page.blocks.size());
}

}  // namespace rgw::test
