// rack-gateway-api doctor: what the database says of itself, judged.
#include <boost/json.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "anchors.hpp"
#include "commands.hpp"
#include "configuration.hpp"
#include "database.hpp"
#include "rgw/migrations.hpp"
#include "rgw/pg/survey.hpp"
#include "rgw/storage/database_checks.hpp"

namespace rgw::app {
namespace {

namespace json = boost::json;
using storage::Check;
using storage::Verdict;

constexpr std::chrono::seconds patience{30};

Check connection_check(Verdict verdict, std::string value, std::string advice) {
    Check check;
    check.id = "connection";
    check.verdict = verdict;
    check.value = std::move(value);
    check.threshold = "critical when the database cannot be asked";
    check.advice = std::move(advice);
    return check;
}

std::vector<Check> not_asked(const Error& why) {
    return {connection_check(Verdict::critical, why.detail.empty() ? describe(why) : why.detail,
                             "see DATABASE_URL, or PGHOST and the other PG* variables; that the "
                             "server runs, lets this host in and knows the login")};
}

std::vector<Check> examine() {
    const Result<settings::Loaded> loaded =
        settings::load(settings::process_environment(), settings::Purpose::maintenance);
    if (!loaded) {
        return not_asked(loaded.error());
    }
    const Result<pg::ConnInfo> info = server_connection();
    if (!info) {
        return not_asked(info.error());
    }
    Database database(*info, {.max_open = 1});
    const Result<pg::Pooling> pooling =
        database.wait_for(pg::find_pooling(database.loop(), *info, deadline_in(patience)));
    if (!pooling) {
        return not_asked(pooling.error());
    }
    std::vector<Check> checks{connection_check(Verdict::ok, info->shown(), "")};
    if (*pooling == pg::Pooling::otherwise) {  // nothing more can be asked through it
        checks.push_back(storage::pooler_check(*pooling));
        return checks;
    }
    Result<storage::DatabaseReport> report = database.wait_for(
        storage::read_database_report(database.pool(), schema_source(), deadline_in(patience)));
    if (!report) {
        return not_asked(report.error());
    }
    report->pooling = *pooling;
    report->hosts = database.wait_for(pg::survey_hosts(database.loop(), *info));
    report->anchoring = examine_anchors(database, loaded->settings);
    for (Check& check : storage::check_database(*report, loaded->settings.db_disk_bytes)) {
        checks.push_back(std::move(check));
    }
    return checks;
}

std::string as_json(const std::vector<Check>& checks) {
    json::array list;
    for (const Check& check : checks) {
        json::object one{{"id", check.id},        {"verdict", storage::name(check.verdict)},
                         {"value", check.value},  {"measured", nullptr},
                         {"unit", check.unit},    {"threshold", check.threshold},
                         {"advice", check.advice}};
        if (check.measured) {
            one["measured"] = *check.measured;
        }
        list.push_back(std::move(one));
    }
    return json::serialize(json::object{{"verdict", storage::name(storage::worst(checks))},
                                        {"checks", std::move(list)}});
}

std::string as_text(const std::vector<Check>& checks) {
    std::string text;
    for (const Check& check : checks) {
        std::string verdict(storage::name(check.verdict));
        verdict.resize(10, ' ');
        std::string id(check.id);
        id.resize(15, ' ');
        text += verdict + id + check.value + " [" + check.threshold + "]";
        text += check.advice.empty() ? "\n" : " — " + check.advice + "\n";
    }
    return text;
}

}  // namespace

int doctor(OutputFormat format) {
    const std::vector<Check> checks = examine();
    std::cout << (format == OutputFormat::json ? as_json(checks) + "\n" : as_text(checks));
    switch (storage::worst(checks)) {
        case Verdict::ok:
            return 0;
        case Verdict::warning:
            return 1;
        case Verdict::critical:
            return 2;
    }
    return 2;
}

}  // namespace rgw::app
