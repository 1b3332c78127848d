#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <csignal>
#include <filesystem>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "deploy/page.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/crypto/encoding.hpp"
#include "rgw/mfa/totp.hpp"
#include "world.hpp"

namespace rgw::test {

namespace json = boost::json;

// Two servers: on the first a gateway with two logins, as the page asks for, on the second nothing,
// not even roles. What is run on them is what docs/database-setup.md says.
class BackupWorld : public testing::Test {
protected:
    static constexpr const char* database = "rack_gateway";

    static void SetUpTestSuite() { source_ = std::make_unique<PrivateCluster>(); }
    static void TearDownTestSuite() {
        source_.reset();
        target_.reset();
    }

    BackupWorld() {
        empty(*source_);
        if (target_ != nullptr) {
            empty(*target_);
        }
        make_logins(*source_);
        Sql(source_->dsn()).execute("alter role rack_gateway createrole");
        world_.environment.insert({{"DEV_MODE", "true"},
                                   {"OIDC_ISSUER", "http://127.0.0.1:9"},
                                   {"OIDC_CLIENT_ID", "rack-gateway"},
                                   {"OIDC_CLIENT_SECRET", "rack-gateway-client-secret"},
                                   {"RGW_SETTING_MFA_REQUIRE_ALL_USERS", "false"}});
        serve(*source_);
        std::filesystem::create_directory(folder());
    }

    static int server_major() {
        return std::stoi(
                   Sql(source_->dsn()).value("select current_setting('server_version_num')")) /
               10'000;
    }
    static const PrivateCluster& target() {
        if (target_ == nullptr) {
            target_ = std::make_unique<PrivateCluster>();
        }
        return *target_;
    }
    // No database of ours and no role of ours.
    static void empty(const PrivateCluster& cluster) {
        Sql server(cluster.dsn());
        server.execute("drop database if exists rack_gateway with (force)");
        server.execute("drop database if exists audit_copy with (force)");
        server.execute("drop role if exists rgw_audit_owner, rack_gateway, rack_gateway_app");
    }
    static void make_logins(const PrivateCluster& cluster) {
        Sql server(cluster.dsn());
        server.execute("create role rack_gateway_app login; create role rack_gateway login");
        server.execute("create database rack_gateway owner rack_gateway");
    }
    static std::string parameter(const PrivateCluster& cluster, const std::string& name) {
        return pg::ConnInfo::parse(cluster.dsn())->parameters().at(name);
    }
    static std::string dsn(const PrivateCluster& cluster, const std::string& user,
                           const std::string& name = database) {
        return with_parameter(with_parameter(cluster.dsn(), "dbname", name), "user", user);
    }
    static std::string superuser(const PrivateCluster& cluster) {
        return parameter(cluster, "user");
    }
    static std::string value(const PrivateCluster& cluster, const std::string& query) {
        return Sql(dsn(cluster, superuser(cluster))).value(query);
    }

    void serve(const PrivateCluster& cluster, const std::string& app = "rack_gateway_app",
               const std::string& admin = "rack_gateway") {
        world_.environment["DATABASE_URL"] = dsn(cluster, app);
        world_.environment["ADMIN_DATABASE_URL"] = dsn(cluster, admin);
    }
    // It signs what there is before it ends.
    void stop() {
        world_.kill_gateway(SIGTERM);
        EXPECT_EQ(world_.wait_gateway(), 0) << world_.gateway_log();
    }

    static std::string block(const std::string& section, Block::Kind kind, std::size_t number) {
        std::vector<std::string> texts;
        for (const Block& each : Page(read_file(RGW_DATABASE_DOC)).blocks) {
            if (each.section == section && each.kind == kind) {
                texts.push_back(each.text);
            }
        }
        return texts.at(number);
    }
    // A block of the page, as a shell runs it that has the PG* variables.
    Ran follow(const std::string& section, std::size_t number, const PrivateCluster& cluster,
               const std::string& user, const Environment& more = {}) const {
        Environment with{{"PATH", folder() + "/bin:/usr/bin:/bin"},
                         {"PGHOST", parameter(cluster, "host")},
                         {"PGPORT", parameter(cluster, "port")},
                         {"PGUSER", user},
                         {"PGDATABASE", database}};
        with.insert(more.begin(), more.end());
        return run({"/bin/bash", "-c",
                    "set -euo pipefail\ncd " + folder() + "\n" +
                        block(section, Block::Kind::shell, number)},
                   with);
    }
    void back_up() const {
        const Ran ran = follow("Manual backup", 0, *source_, "rack_gateway");
        ASSERT_EQ(ran.status, 0) << ran.err;
        // By the name that the page restores.
        const Ran renamed =
            run({"/bin/bash", "-c", "mv " + folder() + "/backup-*.sql.gz " + backup_file()}, {});
        ASSERT_EQ(renamed.status, 0) << renamed.err;
    }
    Ran restore(const PrivateCluster& cluster, const std::string& user) const {
        return follow("Recovery", 0, cluster, user);
    }
    // What psql complained of, each once.
    // Before PostgreSQL 15 schema public was not the database owner's, and it is dumped what was
    // granted there: nothing that the gateway needs.
    static std::vector<std::string> complaints(const Ran& restored) {
        std::vector<std::string> lines;
        std::istringstream stream(restored.err);
        const bool before_15 = server_major() < 15;
        for (std::string line; std::getline(stream, line);) {
            const bool about_public =
                line.starts_with("WARNING:  no privileges ") && line.ends_with(" for \"public\"");
            if (!before_15 || !about_public) {
                lines.push_back(line);
            }
        }
        std::ranges::sort(lines);
        const auto repeated = std::ranges::unique(lines);
        lines.erase(repeated.begin(), repeated.end());
        return lines;
    }

    // Anything but the gateway's own way in, which is a provider's: a session as a sign-in makes
    // it.
    static std::string session(const PrivateCluster& cluster) {
        const std::string text(43, 's');
        Sql(dsn(cluster, superuser(cluster)))
            .execute(
                "insert into user_sessions (user_id, token_hash, channel, expires_at,"
                " absolute_expires_at, mfa_verified_at, recent_step_up_at, metadata)"
                " select id, encode(sha256('" +
                text +
                "'), 'hex'), 'web', now() + '5 min', now() + '12 h', now(), now(),"
                " '{\"login_flow\":\"web\"}' from users where email = 'admin@example.com'");
        return text;
    }
    Response confirm_totp(const std::string& session) {
        const Response begun = world_.api(session, "POST", "/auth/mfa/enroll/totp/start");
        if (begun.status != 200) {
            return begun;
        }
        const json::value factor = json::parse(begun.body);
        seed_ = Secret(crypto::parse_base32(factor.at("secret").as_string()).value());
        return world_.api(
            session, "POST", "/auth/mfa/enroll/totp/confirm",
            json::serialize(json::object{{"method_id", factor.at("method_id")},
                                         {"code", code(mfa::totp_step(SystemClock().now()) - 1)}}));
    }
    [[nodiscard]] std::string code(std::int64_t step) const { return mfa::totp_code(seed_, step); }

    // Everything the gateway keeps, made through it; what it signed of that is in kept_note().
    void load() {
        world_.start_gateway();
        admin_ = world_.token("admin");
        viewer_ = world_.token("viewer");
        session_ = session(*source_);
        const Response user =
            world_.api(session_, "POST", "/users",
                       R"({"email":"new@example.com","name":"New","roles":["viewer"]})");
        ASSERT_EQ(user.status, 201) << user.body;
        const Response setting = world_.api(session_, "PUT", "/settings/deploy-approvals",
                                            R"({"deploy_approval_window_minutes":30})");
        ASSERT_EQ(setting.status, 200) << setting.body;
        ASSERT_EQ(confirm_totp(session_).status, 200);
        for (int i = 0; i < 10; ++i) {
            ASSERT_EQ(world_.call(viewer_, "GET", "/apps").status, 200);
            ASSERT_EQ(world_.call(admin_, "POST", "/apps/shop/cancel").status, 200);
        }
        keep_note();
    }
    // Stops the gateway, and keeps what it signed outside of the database.
    void keep_note() {
        stop();
        const Ran exported =
            world_.run_gateway({"audit", "export", "--output", world_.directory() + "/kept"});
        ASSERT_EQ(exported.status, 0) << exported.err;
        ASSERT_FALSE(read_file(kept_note()).empty());
        key_ = world_.run_gateway({"audit", "keys"}).out;
        key_ = key_.substr(0, key_.find('\n'));
    }
    [[nodiscard]] std::vector<std::string> with_kept(std::vector<std::string> command) const {
        command.insert(command.end(), {"--checkpoint", kept_note(), "--key", key_});
        return command;
    }

    // As the gateway found it: who could call can, the log is whole, goes on and is signed on.
    void expect_that_it_goes_on() {
        const Ran whole = world_.run_gateway(with_kept({"audit", "verify"}));
        EXPECT_EQ(whole.status, 0) << whole.out << whole.err;
        EXPECT_THAT(whole.out, testing::HasSubstr("signed checkpoints agree"));
        const std::int64_t before = events_on_target();
        world_.start_gateway();
        EXPECT_EQ(world_.call(viewer_, "GET", "/apps").status, 200);
        EXPECT_EQ(world_.call(admin_, "POST", "/apps/shop/cancel").status, 200);
        EXPECT_EQ(world_.api(session_, "GET", "/users").status, 200);
        EXPECT_EQ(world_
                      .api(session_, "POST", "/auth/mfa/verify",
                           R"({"code":")" + code(mfa::totp_step(SystemClock().now())) + R"("})")
                      .status,
                  200);
        stop();
        EXPECT_GT(events_on_target(), before + 2);
        EXPECT_EQ(value(target(), "select max(tree_size) from audit.checkpoint"),
                  value(target(), "select next_index from audit.head"));
        const Ran later = world_.run_gateway(with_kept({"audit", "verify"}));
        EXPECT_EQ(later.status, 0) << later.out << later.err;
    }
    static std::int64_t events_on_target() {
        return std::stoll(value(target(), "select next_index from audit.head"));
    }

    [[nodiscard]] std::string folder() const { return world_.directory() + "/backups"; }
    [[nodiscard]] std::string backup_file() const { return folder() + "/backup-20240115.sql.gz"; }
    [[nodiscard]] std::string kept_note() const { return world_.directory() + "/kept.checkpoints"; }

    static inline std::unique_ptr<PrivateCluster> source_;
    static inline std::unique_ptr<PrivateCluster> target_;
    World world_;
    std::string admin_;
    std::string viewer_;
    std::string session_;
    std::string key_;
    Secret seed_;
};

}  // namespace rgw::test
