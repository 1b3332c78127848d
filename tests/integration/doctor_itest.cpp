// rack-gateway-api doctor and the same figures as metrics, on databases that are well and unwell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "world.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Doctor : public testing::Test {
protected:
    Doctor() {
        world_.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
        role_ = "doctor_" + std::to_string(free_port());
        world_.execute("create role " + role_ + " login");
    }
    ~Doctor() override { world_.execute("drop owned by " + role_ + "; drop role " + role_); }

    void serve_as_a_login_of_its_own() {
        world_.environment["ADMIN_DATABASE_URL"] = world_.environment["DATABASE_URL"];
        world_.environment["DATABASE_URL"] =
            with_parameter(world_.environment["DATABASE_URL"], "user", role_);
    }
    Ran doctor(std::vector<std::string> more = {}) {
        more.insert(more.begin(), "doctor");
        return world_.run_gateway(std::move(more));
    }
    static json::object check_of(const Ran& ran, const char* id) {
        const json::value answer = json::parse(ran.out);
        for (const json::value& check : answer.at("checks").as_array()) {
            if (check.at("id").as_string() == id) {
                return check.as_object();
            }
        }
        ADD_FAILURE() << id << " is not in " << ran.out;
        return {};
    }

    World world_;
    std::string role_;
};

TEST_F(Doctor, ADeploymentAsDocumentedIsWell) {
    serve_as_a_login_of_its_own();
    world_.environment["RGW_DB_DISK_BYTES"] = "50000000000";
    world_.start_gateway();
    ASSERT_EQ(world_.call(world_.token("admin"), "GET", "/apps").status, 200);
    const Ran text = doctor();
    EXPECT_EQ(text.status, 0) << text.out << text.err;
    for (const std::string_view line :
         {"ok        version        PostgreSQL ",
          "ok        tls            none: both are on one host", "ok        connections    ",
          "warning from 70 %, critical from 90 %", "ok        replication    no standby",
          "of 50.00 GB (0 %)", "ok        migrations     current",
          " owns nothing and lacks nothing", "ok        audit_head     ",
          "ok        checkpoint     ", "ok        anchor         none",
          "ok        growth         "}) {
        EXPECT_THAT(text.out, HasSubstr(std::string(line)));
    }
    const Ran ran = doctor({"--json"});
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(json::parse(ran.out).at("verdict"), "ok");
    const json::object connections = check_of(ran, "connections");
    EXPECT_EQ(connections.at("unit"), "percent");
    EXPECT_GT(connections.at("measured").to_number<double>(), 0);
    for (const std::string_view key :
         {"id", "verdict", "value", "measured", "unit", "threshold", "advice"}) {
        EXPECT_TRUE(connections.contains(key)) << key;
    }
    EXPECT_GE(check_of(ran, "audit_head").at("measured").to_number<double>(), 3);
}

TEST_F(Doctor, OneLoginForEverythingIsAWarningThatSaysWhatIsLost) {
    world_.start_gateway();
    const Ran ran = doctor({"--json"});
    EXPECT_EQ(ran.status, 1) << ran.out;
    EXPECT_EQ(json::parse(ran.out).at("verdict"), "warning");
    const json::object privileges = check_of(ran, "privileges");
    EXPECT_EQ(privileges.at("verdict"), "warning");
    EXPECT_THAT(json::serialize(privileges),
                AllOf(HasSubstr("switch the log's protection off"),
                      HasSubstr("rack-gateway-api grant rack_gateway_app")));
}

TEST_F(Doctor, WhatIsCriticalEndsWithTwo) {
    // Nothing there yet.
    Ran ran = doctor({"--json"});
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(json::serialize(check_of(ran, "migrations")),
                HasSubstr("run rack-gateway-api migrate"));
    ASSERT_EQ(world_.run_gateway({"migrate"}).status, 0);
    // A login that lacks rights.
    const Environment before = world_.environment;
    serve_as_a_login_of_its_own();
    ran = doctor({"--json"});
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(json::serialize(check_of(ran, "privileges")),
                HasSubstr("rack-gateway-api grant '" + role_ + "'"));
    ASSERT_EQ(world_.run_gateway({"grant", role_}).status, 0);
    EXPECT_EQ(doctor().status, 0) << doctor().out;
    // A full disk.
    world_.environment["RGW_DB_DISK_BYTES"] = "1000000";
    ran = doctor({"--json"});
    EXPECT_EQ(ran.status, 2);
    EXPECT_EQ(check_of(ran, "disk").at("verdict"), "critical");
    world_.environment.erase("RGW_DB_DISK_BYTES");
    // A schema of a later version.
    world_.execute("insert into schema_migrations values ('9999', 'later', 'x')");
    ran = doctor({"--json"});
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(json::serialize(check_of(ran, "migrations")), HasSubstr("9999"));
    world_.execute("delete from schema_migrations where version = '9999'");
    // An end of the log that is not its newest event.
    world_.environment = before;
    world_.execute("update audit.head set next_index = 7, last_hash = sha256('x')");
    ran = doctor({"--json"});
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(json::serialize(check_of(ran, "audit_head")), HasSubstr("audit verify"));
}

TEST_F(Doctor, ADatabaseThatCannotBeAskedIsCriticalAndNoPasswordIsShown) {
    const std::string nobody = std::to_string(free_port());
    const std::string password = "s3cr3t-p4ss";
    struct Case {
        std::string url;
        std::string says;
    };
    const Case cases[] = {
        {"postgres://rack_gateway:" + password + "@127.0.0.1:" + nobody + "/rack_gateway",
         "127.0.0.1"},
        {"postgres://rack_gateway:" + password + "@no-such-host.invalid/rack_gateway",
         "no-such-host.invalid"},
        {"postgres://rack_gateway:" + password + "@[bad", "DATABASE_URL"},
        {with_parameter(with_parameter(world_.environment["DATABASE_URL"], "password", password),
                        "user", "nobody_" + nobody),
         "nobody_" + nobody},
        {with_parameter(with_parameter(world_.environment["DATABASE_URL"], "password", password),
                        "dbname", "none_" + nobody),
         "none_" + nobody},
    };
    for (const Case& c : cases) {
        world_.environment["DATABASE_URL"] = c.url;
        for (const std::vector<std::string>& more :
             {std::vector<std::string>{}, std::vector<std::string>{"--json"}}) {
            const Ran ran = doctor(more);
            EXPECT_EQ(ran.status, 2) << c.url;
            EXPECT_THAT(ran.out, AllOf(HasSubstr("connection"), HasSubstr("critical"),
                                       HasSubstr(c.says), Not(HasSubstr(password))));
            EXPECT_THAT(ran.err, Not(HasSubstr(password)));
        }
    }
}

TEST_F(Doctor, BadSettingsAreNamed) {
    world_.environment["RGW_DB_DISK_BYTES"] = "50GB";
    const Ran ran = doctor();
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(ran.out, AllOf(StartsWith("critical"), HasSubstr("RGW_DB_DISK_BYTES"),
                               Not(HasSubstr("50GB"))));
}

TEST_F(Doctor, TheSameFiguresAreMetrics) {
    serve_as_a_login_of_its_own();
    world_.environment["RGW_DB_DISK_BYTES"] = "50000000000";
    world_.start_gateway();
    std::string text;
    EXPECT_TRUE(eventually([&] {
        text = send_request(world_.metrics_port(), {.target = "/metrics"}).body;
        return text.find("\nrack_gateway_db_size_bytes ") != std::string::npos;
    })) << text;
    for (const std::string_view line :
         {"\nrack_gateway_db_disk_bytes 50000000000\n", "\nrack_gateway_db_server_connections ",
          "\nrack_gateway_db_server_connections_max ", "\nrack_gateway_db_server_lag_seconds 0\n",
          "\nrack_gateway_db_server_standbys 0\n", "\nrack_gateway_db_figures_age_seconds ",
          "\nrack_gateway_audit_log_events ", "\nrack_gateway_audit_log_head_matches 1\n",
          "\nrack_gateway_audit_log_overdue_intents 0\n"}) {
        EXPECT_THAT(text, HasSubstr(std::string(line)));
    }
}

}  // namespace
}  // namespace rgw::test
