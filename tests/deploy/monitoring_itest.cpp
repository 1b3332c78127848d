// packaging/monitoring against the gateway: every metric and label that an alert or a panel names
// is there, and Prometheus's own tool takes every expression. And what slow queries leave behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "deploy/packaged.hpp"
#include "deploy/page.hpp"
#include "s3_server.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string monitoring = RGW_PROJECT_DIR "/packaging/monitoring/";
constexpr const char* promtool = "/usr/bin/promtool";
constexpr const char* planted = "Pl4nted-V4lue";

struct Expression {
    std::string where;
    std::string text;
};

std::string text_of(const json::value& value) {
    return json::value_to<std::string>(value);
}

json::value rules() {
    return read_packaged({"monitoring/prometheus/rules.yml"}).begin()->value();
}

std::vector<json::object> alerts() {
    std::vector<json::object> all;
    const json::value file = rules();
    for (const json::value& group : file.at("groups").as_array()) {
        for (const json::value& rule : group.at("rules").as_array()) {
            if (rule.as_object().contains("alert")) {
                all.push_back(rule.as_object());
            }
        }
    }
    return all;
}

// Of the rules and, with Grafana's variables filled in, of the dashboard.
std::vector<Expression> expressions() {
    std::vector<Expression> all;
    const json::value file = rules();
    for (const json::value& group : file.at("groups").as_array()) {
        for (const json::value& rule : group.at("rules").as_array()) {
            const json::object& object = rule.as_object();
            const json::value* name = object.if_contains("alert");
            all.push_back({text_of(name != nullptr ? *name : object.at("record")),
                           text_of(object.at("expr"))});
        }
    }
    const json::value dashboard = json::parse(read_file(monitoring + "grafana/dashboard.json"));
    for (const json::value& panel : dashboard.at("panels").as_array()) {
        const json::value* targets = panel.as_object().if_contains("targets");
        if (targets == nullptr) {
            continue;
        }
        for (const json::value& target : targets->as_array()) {
            std::string text = text_of(target.at("expr"));
            text = std::regex_replace(text, std::regex("\\$__rate_interval"), "5m");
            text = std::regex_replace(text, std::regex("\\$instance"), ".*");
            all.push_back({"panel " + text_of(panel.at("title")), text});
        }
    }
    return all;
}

// Metrics of the text format, with the labels that some sample of each has.
std::map<std::string, std::set<std::string>> metrics_in(const std::string& exposition) {
    std::map<std::string, std::set<std::string>> metrics;
    static const std::regex sample("([a-z_]+)(\\{[^}]*\\})? \\S+");
    static const std::regex label("(\\w+)=\"");
    std::istringstream lines(exposition);
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (line.starts_with("#") || !std::regex_match(line, match, sample)) {
            continue;
        }
        std::set<std::string>& labels = metrics[match[1]];
        const std::string text = match[2];
        for (std::sregex_iterator at(text.begin(), text.end(), label), end; at != end; ++at) {
            labels.insert((*at)[1]);
        }
    }
    return metrics;
}

// Labels that an expression groups or selects by, but for those a scrape adds.
std::set<std::string> labels_in(const std::string& expression) {
    std::set<std::string> labels;
    static const std::regex grouping("\\bby \\(([^)]*)\\)");
    static const std::regex selector("\\{([^}]*)\\}");
    static const std::regex name("([a-z_]+)(?=\\s*(,|$|[=!]))");
    for (const std::regex& part : {grouping, selector}) {
        for (std::sregex_iterator at(expression.begin(), expression.end(), part), end; at != end;
             ++at) {
            const std::string inside = (*at)[1];
            for (std::sregex_iterator l(inside.begin(), inside.end(), name); l != end; ++l) {
                labels.insert((*l)[1]);
            }
        }
    }
    labels.erase("instance");
    labels.erase("job");
    return labels;
}

// A gateway that has seen everything there is to count.
class Monitoring : public testing::Test {
protected:
    Monitoring() {
        world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
        world_.environment["RGW_DB_DISK_BYTES"] = "50000000000";
        world_.environment["DB_SLOW_QUERY"] = "40ms";
        for (const auto& [name, value] : s3_.environment()) {
            world_.environment[name] = value;
        }
        world_.environment["AUDIT_ANCHOR_BUCKET"] = s3_.bucket();
        world_.environment["AUDIT_ANCHOR_CHAIN_ID"] = "production";
        world_.environment["AUDIT_ARCHIVE"] = "true";
        world_.start_gateway();
        // The figures of a log are read at the start, and again after a while.
        (void)world_.token("admin");
        world_.kill_gateway(SIGTERM);
        world_.wait_gateway();
        world_.start_gateway();
        world_.execute(
            "create function public.slowly() returns trigger language plpgsql as "
            "'begin perform pg_sleep(0.05); return new; end';"
            "create trigger slowly before insert on users for each row execute function slowly()");
    }
    void make_a_person(int status) {
        const std::string body = std::string(R"({"email":"n@example.com","name":")") + planted +
                                 R"(","roles":["viewer"]})";
        const Response made =
            world_.api(world_.session("admin@example.com"), "POST", "/users", body);
        EXPECT_EQ(made.status, status) << made.body;
    }
    [[nodiscard]] std::string scraped() const {
        return send_request(world_.metrics_port(), {.target = "/metrics"}).body;
    }
    [[nodiscard]] std::string scraped_with(const std::vector<std::string>& wanted) const {
        std::string text;
        EXPECT_TRUE(eventually([&] {
            text = scraped();
            return std::ranges::all_of(wanted, [&](const std::string& each) {
                return text.find("\n" + each) != std::string::npos;
            });
        })) << text;
        return text;
    }

    S3Server s3_;
    World world_;
};

TEST_F(Monitoring, EverythingThatIsNamedIsThere) {
    make_a_person(201);
    make_a_person(409);
    EXPECT_EQ(world_.call(world_.token("admin"), "GET", "/apps").status, 200);
    const std::string text = scraped_with(
        {"rack_gateway_db_size_bytes ", "rack_gateway_audit_checkpoint_age_seconds ",
         "rack_gateway_audit_anchor_age_seconds ", "rack_gateway_db_query_errors_total{"});
    const auto metrics = metrics_in(text);
    static const std::regex named("\\brack_gateway_[a-z0-9_]+");
    static const std::regex recorded("rack_gateway:\\w+:\\w+");
    std::set<std::string> records;
    for (const Expression& each : expressions()) {
        if (std::regex_match(each.where, recorded)) {
            records.insert(each.where);
        }
    }
    int checked = 0;
    for (const Expression& each : expressions()) {
        SCOPED_TRACE(each.where + ": " + each.text);
        const std::set<std::string> labels = labels_in(each.text);
        for (std::sregex_iterator at(each.text.begin(), each.text.end(), named), end; at != end;
             ++at) {
            const std::string name = at->str();
            ++checked;
            ASSERT_TRUE(metrics.contains(name)) << name;
            EXPECT_TRUE(std::ranges::includes(metrics.at(name), labels)) << name;
        }
        for (std::sregex_iterator at(each.text.begin(), each.text.end(), recorded), end; at != end;
             ++at) {
            EXPECT_THAT(records, Contains(at->str()));
        }
    }
    EXPECT_GT(checked, 70);
    const std::string page = read_file(RGW_PROJECT_DIR "/docs/database-setup.md");
    static const std::regex in_page("`(rack_gateway_(db|audit)_[a-z_]+)`");
    for (std::sregex_iterator at(page.begin(), page.end(), in_page), end; at != end; ++at) {
        const std::string name = (*at)[1];
        EXPECT_TRUE(metrics.contains(name) || metrics.contains(name + "_bucket"))
            << "the page names " << name;
    }
    // What Prometheus itself thinks of names, types and help texts.
    const std::string file = world_.directory() + "/metrics";
    std::ofstream(file) << text;
    const Ran linted =
        run({"/bin/bash", "-c", std::string(promtool) + " check metrics < " + file}, {});
    EXPECT_EQ(linted.status, 0) << linted.out << linted.err;
}

TEST_F(Monitoring, ASlowQueryIsKnownByItsNameAndByNothingElse) {
    make_a_person(201);
    make_a_person(409);
    EXPECT_TRUE(eventually(
        [&] { return world_.gateway_log().find("\"slow query\"") != std::string::npos; }));
    const std::string log = world_.gateway_log();
    static const std::regex line(
        R"re("msg":"slow query","query":"([a-z_, ]*)","milliseconds":[0-9]+,"rows":[0-9]+,"outcome":"[a-z_]+","left_out":[0-9]+\})re");
    std::smatch match;
    ASSERT_TRUE(std::regex_search(log, match, line)) << log;
    const std::string text = scraped();
    EXPECT_THAT(text, HasSubstr("rack_gateway_db_slow_queries_total{query=\""));
    EXPECT_THAT(text, HasSubstr("code=\"database_conflict\"} 1"));
    static const std::regex label("query=\"([^\"]*)\"");
    for (std::sregex_iterator at(text.begin(), text.end(), label), end; at != end; ++at) {
        EXPECT_TRUE(std::regex_match((*at)[1].str(), std::regex("[a-z0-9_.]+"))) << (*at)[1];
    }
    for (const std::string& shown : {log, text}) {
        EXPECT_THAT(shown, AllOf(Not(HasSubstr(planted)), Not(HasSubstr("n@example.com")),
                                 Not(HasSubstr("pg_sleep")), Not(HasSubstr("insert into"))));
    }
}

TEST(Alerts, PrometheusTakesThemAndTheirTestsPass) {
    const Ran checked = run({promtool, "check", "rules", monitoring + "prometheus/rules.yml"}, {});
    EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
    const Ran tested =
        run({promtool, "test", "rules", monitoring + "prometheus/rules_test.yml"}, {});
    EXPECT_EQ(tested.status, 0) << tested.out << tested.err;
    const std::string tests = read_file(monitoring + "prometheus/rules_test.yml");
    for (const json::object& alert : alerts()) {
        const std::string name = text_of(alert.at("alert"));
        EXPECT_TRUE(std::regex_search(
            tests, std::regex("alertname: " + name + "\n +exp_alerts:\n +- exp_labels")))
            << "no test in which this one sounds: " << name;
    }
}

TEST(Alerts, EachSaysHowBadItIsAndWhatToDo) {
    EXPECT_GT(alerts().size(), 20U);
    for (const json::object& alert : alerts()) {
        SCOPED_TRACE(text_of(alert.at("alert")));
        EXPECT_THAT(text_of(alert.at("labels").at("severity")), AnyOf("warning", "critical"));
        EXPECT_THAT(text_of(alert.at("annotations").at("summary")), Not(IsEmpty()));
        EXPECT_GT(text_of(alert.at("annotations").at("description")).size(), 40U);
        const std::string runbook = text_of(alert.at("annotations").at("runbook"));
        const std::string file = RGW_PROJECT_DIR "/docs/" + runbook.substr(0, runbook.find('#'));
        ASSERT_TRUE(fs::exists(file)) << runbook;
        if (runbook.find('#') == std::string::npos) {
            continue;
        }
        const Page page(read_file(file));
        EXPECT_TRUE(std::ranges::any_of(page.headings, [&](const Heading& heading) {
            return anchor(heading.text) == runbook.substr(runbook.find('#') + 1);
        })) << runbook;
    }
}

TEST(Dashboard, PrometheusTakesEveryExpression) {
    std::string file = "groups:\n  - name: dashboard\n    rules:\n";
    int count = 0;
    for (const Expression& each : expressions()) {
        if (each.where.starts_with("panel ")) {
            file += "      - record: panel:" + std::to_string(++count) +
                    "\n        expr: " + json::serialize(json::string(each.text)) + "\n";
        }
    }
    EXPECT_GT(count, 50);
    std::string path = fs::temp_directory_path() / "rgw-dashboard-XXXXXX";
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    std::ofstream(path + "/rules.yml") << file;
    const Ran checked = run({promtool, "check", "rules", path + "/rules.yml"}, {});
    EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
    fs::remove_all(path);
}

TEST(Dashboard, PanelsHaveTheirOwnIdAndPlace) {
    const json::value dashboard = json::parse(read_file(monitoring + "grafana/dashboard.json"));
    std::set<std::int64_t> ids;
    std::set<std::pair<std::int64_t, std::int64_t>> places;
    for (const json::value& panel : dashboard.at("panels").as_array()) {
        const json::value& place = panel.at("gridPos");
        EXPECT_TRUE(ids.insert(panel.at("id").as_int64()).second);
        EXPECT_TRUE(places.emplace(place.at("x").as_int64(), place.at("y").as_int64()).second);
        EXPECT_LE(place.at("x").as_int64() + place.at("w").as_int64(), 24);
    }
}

}  // namespace
}  // namespace rgw::test
