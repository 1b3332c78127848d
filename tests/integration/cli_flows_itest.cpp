// The requests of the native CLI, command by command (spec proxy-rbac §6.6, §2.3), in the shapes
// its SDK gives them: a query mark on every URL, its own headers, a probe before each session.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "socket_client.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* marker = "F1E49A85-0AD7-4AEF-A618-C249C6E6568D:";

class CliFlows : public testing::Test {
protected:
    CliFlows() {
        world_.start_gateway();
        token_ = world_.token("admin");
        world_.execute(
            "insert into settings (key, value) values ('allow_destructive_actions', 'true')");
        EXPECT_TRUE(eventually(
            [&] { return world_.call(token_, "DELETE", "/apps/never-there").status == 404; }));
    }

    static Headers sdk_headers(const char* content_type, const Headers& options = {}) {
        Headers headers = {{"User-Agent", "convox.go/3.24.0"},
                           {"Version", "3.24.0"},
                           {"Accept", "*/*"},
                           {"Content-Type", content_type}};
        headers.insert(headers.end(), options.begin(), options.end());
        return headers;
    }

    // A call without parameters: octet-stream, also on GET.
    Response call(const std::string& method, const std::string& path, const Headers& options = {}) {
        const std::string target = path.find('?') == std::string::npos ? path + "?" : path;
        Response answer =
            world_.call(token_, method, target, sdk_headers("application/octet-stream", options));
        EXPECT_EQ(answer.status, 200) << method << " " << target << ": " << answer.body;
        return answer;
    }
    Response post_form(const std::string& method, const std::string& path,
                       const std::string& form) {
        Response answer = world_.call(token_, method, path + "?",
                                      sdk_headers("application/x-www-form-urlencoded"), form);
        EXPECT_EQ(answer.status, 200) << method << " " << path << ": " << answer.body;
        return answer;
    }
    Response send_bytes_to(const std::string& method, const std::string& path,
                           const std::string& bytes) {
        Response answer =
            world_.call(token_, method, path + "?", sdk_headers("application/octet-stream"), bytes);
        EXPECT_EQ(answer.status, 200) << method << " " << path << ": " << answer.body;
        return answer;
    }
    // What a session's user sees.
    std::string session(const std::string& path, const Headers& options,
                        const std::string& input = "") {
        EXPECT_EQ(call("GET", path.starts_with("/app") ? "/machines" : "/racks").body, "[]\n");
        Headers headers = sdk_headers("application/octet-stream", options);
        headers.emplace_back("Authorization", basic(token_));
        headers.emplace_back("Origin", "http://gateway.test");
        SocketClient client(world_.port(), "/api/v1/rack-proxy" + path + "?", headers);
        EXPECT_EQ(client.status(), 101) << client.answer();
        if (!input.empty()) {
            client.send_text(input);
        }
        client.send_end_of_input();
        return client.text_to_end();
    }
    static std::string member(const Response& answer, const char* name) {
        return std::string(boost::json::parse(answer.body).at(name).as_string());
    }
    static std::string escaped(const std::string& text) {
        std::string out;
        for (const char c : text) {
            constexpr const char* digits = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(c);
            out += std::string("%") + digits[byte >> 4U] + digits[byte & 0xFU];
        }
        return out;
    }
    std::string promote(const std::string& release) {
        return post_form("POST", "/apps/shop/releases/" + release + "/promote", "force=false").body;
    }

    World world_;
    std::string token_;
};

TEST_F(CliFlows, Deploy) {
    EXPECT_EQ(member(call("GET", "/system"), "version"), "3.24.0");
    const Response object =
        send_bytes_to("POST", "/apps/shop/objects/tmp/0123456789abcdef0123456789abcd.tgz",
                      std::string(200'000, 'z'));
    const Response build = post_form(
        "POST", "/apps/shop/builds",
        "description=&development=false&git-sha=0a1b2c&manifest=convox.yml&no-cache=false&url=" +
            member(object, "Url"));
    const std::string id = member(build, "id");
    EXPECT_THAT(session("/apps/shop/builds/" + id + "/logs", {{"Tail", "100"}}),
                HasSubstr("line 2"));
    std::string release;
    EXPECT_TRUE(eventually([&] {
        const Response polled = call("GET", "/apps/shop/builds/" + id);
        release = member(polled, "release");
        return member(polled, "status") == "complete";
    }));
    (void)call("GET", "/apps/shop");
    EXPECT_EQ(promote(release), "ok\n");
    (void)call("GET", "/apps/shop/processes");
    EXPECT_EQ(member(call("GET", "/apps/shop"), "release"), release);
    EXPECT_EQ(world_.sql("select count(*) from calls where phase = 'intent' and action in "
                         "('build.create', 'release.promote', 'object.create')"),
              "3");
}

TEST_F(CliFlows, RunExecAndPs) {
    const Response run = call("POST", "/apps/shop/services/web/processes",
                              {{"Command", "sleep 3600"}, {"Height", "24"}, {"Width", "80"}});
    const std::string pid = member(run, "id");
    EXPECT_EQ(member(call("GET", "/apps/shop/processes/" + pid), "status"), "running");
    const std::string exec = "/apps/shop/processes/" + pid + "/exec";
    EXPECT_EQ(
        session(exec,
                {{"Command", "echo migrated"}, {"Tty", "true"}, {"Height", "24"}, {"Width", "80"}}),
        "migrated\n" + std::string(marker) + "0\n");
    EXPECT_EQ(session(exec, {{"Command", "exit 7"}}), std::string(marker) + "7\n");
    EXPECT_EQ(session(exec, {{"Command", "bash"}}, "whoami\n"),
              "whoami\n" + std::string(marker) + "0\n");
    EXPECT_EQ(call("DELETE", "/apps/shop/processes/" + pid).body, "ok\n");
    (void)call("GET", "/apps/shop/processes?service=web");
    (void)call("GET", "/apps/shop/services");
    EXPECT_EQ(call("POST", "/apps/shop/services/web/restart").body, "ok\n");
    EXPECT_EQ(post_form("PUT", "/apps/shop/services/web", "count=2&cpu=256&memory=512").body,
              "ok\n");
}

TEST_F(CliFlows, Logs) {
    for (const char* path : {"/apps/shop/logs", "/apps/shop/services/web/logs", "/system/logs"}) {
        EXPECT_THAT(session(path, {{"Follow", "false"},
                                   {"Since", "2m0s"},
                                   {"Filter", "x"},
                                   {"Tail", "10"},
                                   {"Prefix", "true"},
                                   {"Previous", "false"},
                                   {"Maxlogrequests", "5"}}),
                    HasSubstr("line 2"));
    }
}

TEST_F(CliFlows, EnvironmentIsReadMasked) {
    const auto list =
        boost::json::parse(call("GET", "/apps/shop/releases?limit=1").body).as_array();
    const std::string id(list.at(0).at("id").as_string());
    EXPECT_THAT(call("GET", "/apps/shop/releases/" + id).body,
                HasSubstr("DATABASE_URL=********************"));
    (void)call("GET", "/apps/shop/configs/cli-env-mask");
}

// `convox env set`, `unset` and `edit` read the newest release, edit its text and send all of it.
TEST_F(CliFlows, EnvironmentIsSetUnsetAndEdited) {
    const auto newest = [&] {
        const auto list =
            boost::json::parse(call("GET", "/apps/shop/releases?limit=1").body).as_array();
        const std::string id(list.at(0).at("id").as_string());
        return member(call("GET", "/apps/shop/releases/" + id), "env");
    };
    const auto create = [&](const std::string& env) {
        (void)call("GET", "/system");
        return member(post_form("POST", "/apps/shop/releases", "env=" + escaped(env)), "id");
    };
    const std::string before = newest();
    EXPECT_EQ(promote(create(before + "FEATURE=on\n")), "ok\n");
    EXPECT_EQ(newest(), before + "FEATURE=on\n");
    std::string edited = newest();
    edited.replace(edited.find("LOG_LEVEL=info"), 14, "LOG_LEVEL=warn");
    (void)create(edited);
    (void)create(edited.substr(0, edited.find("FEATURE=on")));
    EXPECT_EQ(newest().find("FEATURE"), std::string::npos);
    EXPECT_THAT(newest(), AllOf(HasSubstr("LOG_LEVEL=warn"), HasSubstr("DATABASE_URL=*****")));
    EXPECT_EQ(
        world_.sql("select string_agg(action || ' ' || resource, ', ' order by chain_index) from "
                   "calls where resource like 'shop/%' and action like 'env.%'"),
        "env.set shop/FEATURE, env.set shop/LOG_LEVEL, env.unset shop/FEATURE");
}

TEST_F(CliFlows, RollbackBringsBackBuildAndEnvironment) {
    const auto list =
        boost::json::parse(call("GET", "/apps/shop/releases?limit=20").body).as_array();
    const std::string id(list.at(0).at("id").as_string());
    const Response old = call("GET", "/apps/shop/releases/" + id);
    (void)post_form("POST", "/apps/shop/releases",
                    "env=" + escaped(member(old, "env") + "LATER=1\n"));
    const Response made =
        post_form("POST", "/apps/shop/releases",
                  "build=" + member(old, "build") + "&env=" + escaped(member(old, "env")));
    EXPECT_EQ(member(made, "env"), member(old, "env"));
    EXPECT_EQ(promote(member(made, "id")), "ok\n");
}

TEST_F(CliFlows, RollbackAndReleases) {
    const auto list =
        boost::json::parse(call("GET", "/apps/shop/releases?limit=20").body).as_array();
    const Response made = post_form("POST", "/apps/shop/releases",
                                    "build=" + std::string(list.at(0).at("build").as_string()));
    EXPECT_EQ(promote(member(made, "id")), "ok\n");
}

TEST_F(CliFlows, Apps) {
    (void)call("GET", "/apps");
    EXPECT_EQ(member(post_form("POST", "/apps", "generation=2&name=fresh"), "name"), "fresh");
    EXPECT_EQ(post_form("PUT", "/apps/fresh", "lock=true").body, "ok\n");
    EXPECT_EQ(post_form("PUT", "/apps/fresh", "parameters=A%3D1%26B%3D2").body, "ok\n");
    EXPECT_EQ(call("POST", "/apps/fresh/cancel").body, "ok\n");
    EXPECT_EQ(call("DELETE", "/apps/fresh").body, "ok\n");
    (void)call("GET", "/apps/shop/balancers");
    (void)call("GET", "/apps/shop/cost");
    (void)call("GET", "/apps/shop/metrics?period=300");
}

TEST_F(CliFlows, BuildsExportAndImport) {
    (void)call("GET", "/apps/shop/builds?limit=5");
    EXPECT_EQ(call("GET", "/apps/shop/builds/BABCDEFGHIJ.tgz").body.size(), 1048576U);
    (void)send_bytes_to("POST", "/apps/shop/builds/import", std::string(300'000, 'i'));
}

TEST_F(CliFlows, CopyFiles) {
    EXPECT_EQ(call("GET", "/apps/shop/processes/web-1/files?file=%2Fetc%2Fhosts").body.size(),
              1048576U);
    (void)send_bytes_to("POST", "/apps/shop/processes/web-1/files", std::string(10'240, 't'));
}

TEST_F(CliFlows, ResourcesTheirDataAndConsole) {
    (void)call("GET", "/apps/shop/resources");
    (void)call("GET", "/apps/shop/resources/database");
    EXPECT_EQ(call("GET", "/apps/shop/resources/database/data").body.size(), 1048576U);
    (void)send_bytes_to("PUT", "/apps/shop/resources/database/data", std::string(10'000, 'd'));
    EXPECT_THAT(session("/apps/shop/resources/database/console",
                        {{"Height", "24"}, {"Width", "80"}}, "select 1;\n"),
                HasSubstr("select 1;\n"));
    (void)call("GET", "/resources");
    (void)post_form("POST", "/resources", "kind=postgres&name=main");
    (void)post_form("POST", "/resources/main/links", "app=shop");
    (void)call("DELETE", "/resources/main/links/shop");
    (void)call("DELETE", "/resources/main");
}

TEST_F(CliFlows, CertificatesAndRegistries) {
    (void)call("GET", "/certificates");
    (void)post_form("POST", "/certificates", "pub=PUB&key=KEY");
    (void)post_form("POST", "/certificates/generate", "domains=a.example.com");
    (void)call("POST", "/certificates/c-1/renew");
    (void)call("DELETE", "/certificates/c-1");
    (void)post_form("PUT", "/apps/shop/ssl/web/443", "id=c-1");
    (void)call("GET", "/letsencrypt/config");
    (void)call("GET", "/registries");
    (void)post_form("POST", "/registries",
                    "server=https%3A%2F%2Findex.docker.io%2Fv1%2F&username=u&password=p");
    (void)call("DELETE", "/registries/https://index.docker.io/v1/");
    EXPECT_THAT(world_.rack_saw(), HasSubstr("/registries/https://index.docker.io/v1/"));
}

TEST_F(CliFlows, ConfigsBudgetAndTheRack) {
    (void)call("GET", "/apps/shop/configs");
    (void)post_form("PUT", "/apps/shop/configs/nginx", "value=x");
    (void)call("GET", "/apps/shop/budget");
    (void)post_form("POST", "/apps/shop/budget", "monthly-cap-usd=10");
    (void)call("POST", "/apps/shop/budget/reset");
    (void)call("DELETE", "/apps/shop/budget");
    (void)call("GET", "/auth");
    (void)call("GET", "/instances");
    (void)call("GET", "/system/capacity");
    (void)call("GET", "/system/processes?all=true");
    (void)call("GET", "/system/releases");
    (void)call("GET", "/system/metrics");
}

TEST_F(CliFlows, ProxyCarriesBytes) {
    Headers headers = sdk_headers("application/octet-stream");
    headers.emplace_back("Authorization", basic(token_));
    SocketClient client(world_.port(), "/api/v1/rack-proxy/proxy/db.internal/5432?", headers);
    const std::string bytes("\0\xff\x01 tcp", 7);
    client.send_text(bytes);
    EXPECT_EQ(client.next()->payload, bytes);
}

}  // namespace
}  // namespace rgw::test
