// The property: a value planted on the rack stands in nothing that comes out of the gateway, but
// where its rules show it. Everybody calls everything, rightly and wrongly, and everything that was
// written is searched.
#include <boost/json.hpp>
#include <functional>

#include "planted_world.hpp"
#include "rgw/rack/route.hpp"
#include "route_rows.hpp"
#include "socket_client.hpp"

namespace rgw::test {
namespace {

namespace json = boost::json;

std::string filled_rack_path(std::string_view pattern, const std::string& release) {
    std::string path(pattern);
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"{app}", "shop"},
                                      {"{service}", "web"},
                                      {"{port}", "443"},
                                      {"{key*}", "tmp/x"},
                                      {"{path*}", "x/y"},
                                      {"{server**}", "index.example"},
                                      {"/releases/{id}", "/releases/" + release}}) {
        if (const auto at = path.find(name); at != std::string::npos) {
            path.replace(at, name.size(), value);
        }
    }
    return filled(path);
}

class EnvSecrets : public PlantedWorld {
protected:
    void call_every_rack_route(const Caller& caller) {
        for (const rack::Route& route : rack::routes()) {
            const bool masked = route.answer == rack::AnswerRule::mask_release_env;
            if (!masked && !caller.has_role) {
                continue;
            }
            const std::string method(route.method);
            const std::string path = filled_rack_path(route.pattern, release_);
            if (method == "SOCKET") {
                Headers headers = {{"Command", "env"}};
                headers.emplace_back("Authorization", basic(caller.credential));
                const SocketClient client(world_.port(), "/api/v1/rack-proxy" + path, headers);
                look_at(caller, method + path,
                        {.status = client.status(), .body = client.answer()});
                continue;
            }
            const bool form = route.body == rack::BodyRule::form ||
                              route.body == rack::BodyRule::any_form ||
                              route.body == rack::BodyRule::release_form;
            (void)ask(caller, method, path, form ? form_type : Headers(),
                      form && !route.fields.empty() ? std::string(route.fields[0]) + "=x" : "");
            if (masked) {
                ask_wrongly(caller, method, path);
            }
        }
    }
    void ask_wrongly(const Caller& caller, const std::string& method, const std::string& path) {
        for (const std::string& end : {"?limit=1", "?limit=x", "?x=1", "/", "%2F", "%00", "?%"}) {
            (void)ask(caller, method, path + end);
        }
        (void)ask(caller, method, path, {{"Content-Type", "application/json"}}, "{\"env\":");
        (void)ask(caller, method, path, form_type, "env=%");
        (void)ask(caller, method, path, {{"Accept-Encoding", "gzip"}, {"Range", "bytes=0-9"}});
        (void)ask(caller, "HEAD", path);
        (void)ask(caller, "OPTIONS", path);
    }
    void call_every_gateway_route(const Caller& caller) {
        for_each_route(world_.port(), [&](const std::string& method, const std::string& target,
                                          const json::object&) {
            if (!caller.has_role ||
                (target.find("/auth/") != std::string::npos && method != "GET")) {
                return;  // the way in and out: it would end the caller's session
            }
            look_at(caller, method + " " + target,
                    send(caller, method, target, {}, method == "GET" ? "" : "{\"no\":1}"));
        });
        for (const char* path : {"/apps", "/apps/shop", "/apps/shop/releases", "/apps/shop/builds",
                                 "/apps/shop/processes", "/system/processes", "/instances"}) {
            look_at(caller, path, send(caller, "GET", std::string("/api/v1/convox") + path));
        }
        for (const char* app : {"shop", "docs"}) {
            for (const char* query : {"", "?key=V1_SECRET", "?secrets=true", "?secrets=1"}) {
                const std::string path = "/api/v1/apps/" + std::string(app) + "/env" + query;
                look_at(caller, path, send(caller, "GET", path));
            }
        }
    }
    void change_after(const Caller& caller, const std::function<void()>& plan) {
        plan();
        (void)ask(caller, "POST", "/apps/shop/releases", form_type,
                  "build=BABCDEFGHIJ&env=" + escaped("A=1"));
        plan();
        look_at(caller, "PUT env",
                send(caller, "PUT", "/api/v1/apps/shop/env", {}, R"({"set":{"A":"1"}})"));
    }
    void fail_the_rack(const Caller& caller) {
        const std::string path = "/apps/shop/releases";
        for (const char* fault :
             {"bad_json", "gzip", "garbage", "status", "close", "cut", "redirect"}) {
            world_.rack_fails_with(fault);
            (void)ask(caller, "GET", path);
            for (int after = 0; after < 3; ++after) {
                change_after(caller, [&] {
                    // One whose end nobody knows keeps others out for a while; here it is over.
                    world_.execute("delete from env_changes");
                    world_.rack_fails_with(fault + ("&after=" + std::to_string(after)));
                });
            }
        }
        world_.execute("delete from env_changes");
        world_.forget_rack_requests();
        for (const std::string& body :
             {"[{\"env\":\"X_SECRET=" + fault_core_ + "\"}", "{\"env\":[\"" + fault_core_ + "\"]}",
              "{\"error\":\"" + fault_core_ + "\"}",
              "{\"ENV\":\"X_SECRET=" + fault_core_ + "\"}"}) {
            for (const int status : {200, 206, 302, 404, 500}) {
                for (const char* type : {"application/json", "text/plain", "text/html"}) {
                    const PlannedAnswer answer{.status = status,
                                               .headers = {{"Content-Type", type}},
                                               .body = body,
                                               .after = 2};
                    const bool words = body.find("error") != std::string::npos;
                    if (status < 400 && !words) {  // else a rack's own, which hold no environment
                        rack_answers({.status = status, .headers = answer.headers, .body = body});
                        (void)ask(caller, "GET", path);
                    }
                    if (status >= 400 || !words) {
                        change_after(caller, [&] { rack_answers(answer); });
                    }
                }
            }
        }
        rack_answers_itself();
        EXPECT_TRUE(rack_saw_a_post());
    }

    std::string fault_core_ = markers_.core("of a fault");
};

TEST_F(EnvSecrets, NoPlantedValueLeavesButWhereItsRulesShowIt) {
    EXPECT_EQ(labels(rack("GET", "/apps/shop/releases/" + release_)),
              (std::set<std::string>{"hidden", "open"}))
        << "they are there";
    for (const Caller& caller : callers_) {
        call_every_rack_route(caller);
        call_every_gateway_route(caller);
    }
    EXPECT_GT(looked_at_, 1500);
    EXPECT_GT(open_seen_, 20U) << "and what may be seen is";
    EXPECT_GE(hidden_seen_, 6U) << "to whoever may see secrets, too";
    fail_the_rack(callers_[0]);
    for (const auto& [where, found] : written()) {
        EXPECT_TRUE(found.empty()) << where << ": " << *found.begin();
    }
    EXPECT_EQ(world_.verify().status, 0);
}

// What a caller posts is a secret from the moment it comes in, whether the change is made or not.
TEST_F(EnvSecrets, NoPostedValueIsAnsweredOrWritten) {
    const std::string open = markers_.core("open");
    const auto posted = [&](const Caller& caller, const std::string& what) {
        // The environment as this caller is shown it, and one more line.
        const Response shown = ask(caller, "GET", "/apps/shop/releases/" + newest_id("shop"));
        json::error_code error;
        const json::value answer = json::parse(shown.body, error);
        const std::string env =
            shown.status == 200 ? std::string(answer.at("env").as_string()) : std::string();
        return ask(caller, "POST", "/apps/shop/releases", form_type,
                   "description=edited&env=" + escaped(env + what + "\n"));
    };
    for (const Caller& caller : callers_) {
        const std::string secret = markers_.core("posted");
        for (const std::string& line :
             {"POSTED_SECRET=" + secret, joined({"URL_1=amqp://u:", secret, "@mq"}),
              "PINNED_1=" + secret, joined({"LISTED_9_KEY=", secret, "\r"}), "POSTED=\x01" + secret,
              secret, " " + secret, "=" + secret, secret + "\n=x", "A=********" + secret,
              "export X=" + secret,
              joined({"POSTED_SECRET=", secret, "\nPOSTED_SECRET=", secret})}) {
            (void)posted(caller, line);
        }
        (void)ask(caller, "POST", "/apps/shop/releases", form_type,
                  joined({"parent-release=", secret, "&env=", secret}));
        (void)ask(caller, "POST", "/apps/shop/releases", {{"Content-Type", "application/json"}},
                  joined({R"({"env":"A_SECRET=)", secret, "\"}"}));
        (void)ask(caller, "POST", "/apps/shop/releases", form_type, joined({secret, "=", secret}));
        (void)ask(caller, "POST", "/apps/shop/releases?env=" + secret, form_type, "build=B1");
        for (const std::string& change : {joined({R"({"set":{"POSTED_SECRET":")", secret, "\"}}"}),
                                          joined({R"({"set":{"PINNED_1":")", secret, "\"}}"}),
                                          joined({R"({"set":{"A":"1\n)", secret, "\"}}"}),
                                          joined({R"({"set":{"A":1,")", secret, "\":[]}}"}),
                                          R"({"set":{"A":"1"},"x":)" + secret}) {
            look_at(caller, "PUT env", send(caller, "PUT", "/api/v1/apps/shop/env", {}, change));
        }
    }
    const Response made = posted(callers_[0], "LAST_OPEN=" + open);
    EXPECT_EQ(made.status, 200) << made.body;
    EXPECT_NE(rack("GET", "/apps/shop/releases").body.find("POSTED_SECRET="), std::string::npos)
        << "an admin's change was made";
    for (const auto& [where, found] : written()) {
        EXPECT_TRUE(found.empty()) << where << ": " << *found.begin();
    }
}

// The values themselves, sent in every place a client can put them. The log of a gateway says what
// was asked: where that is a path, a command or a user agent, it stands in these columns, and
// nowhere else.
TEST_F(EnvSecrets, WhatAClientSendsElsewhereIsWrittenWhereTheLogSaysWhatWasAsked) {
    using Where = std::set<std::string>;
    const Where path = {"stdout", "audit.audit_event.details", "audit.audit_event.resource"};
    const struct {
        std::string place;
        std::function<void(const Caller&, const std::string&)> send;
        Where may_stand_in;
    } places[] = {
        {"an unknown query",
         [&](const Caller& c, const std::string& m) {
             (void)ask(c, "GET", "/apps/shop/releases?x=" + m);
         },
         {}},
        {"a header",
         [&](const Caller& c, const std::string& m) {
             (void)ask(c, "GET", "/apps/shop/releases",
                       {{"X-Anything", m},
                        {"Cookie", "a=" + m},
                        {"X-Request-ID", m},
                        {"X-Forwarded-For", m},
                        {"Accept", m},
                        {"Env", m},
                        {"Origin", "http://" + m},
                        {"X-Mfa-Totp", m},
                        {"Referer", m},
                        {"TE", m}});
         },
         {}},
        {"a content type",
         [&](const Caller& c, const std::string& m) {
             (void)ask(c, "POST", "/apps/shop/releases", {{"Content-Type", m}}, "env=A");
         },
         {}},
        {"a credential",
         [&](const Caller&, const std::string& m) {
             for (const std::string& each : {"Bearer " + m, basic(m), "rgw_" + m, "Basic " + m}) {
                 (void)send({}, "GET", "/api/v1/rack-proxy/apps", {{"Authorization", each}});
             }
         },
         {}},
        {"a JSON body",
         [&](const Caller& c, const std::string& m) {
             for (const char* method : {"POST", "PUT", "DELETE"}) {
                 (void)send(c, method, "/api/v1/users/x@example.com", {},
                            joined({"{\"", m, "\":\"", m, "\"}"}));
                 (void)send(c, method, "/api/v1/apps/shop/env", {},
                            joined({R"({"remove":[")", m, R"("],"release_id":")", m, "\"}"}));
                 (void)send(c, method, "/api/v1/api-tokens", {}, "{\"name\":[" + m);
             }
         },
         {}},
        {"a form body",
         [&](const Caller& c, const std::string& m) {
             (void)send(c, "POST",
                        "/api/v1/rack-proxy"
                        "/apps/shop/builds",
                        form_type, "url=object://shop/x&manifest=" + m + "&build-args=" + m);
             (void)send(c, "PUT",
                        "/api/v1/rack-proxy"
                        "/apps/shop",
                        form_type, "parameters=" + m);
             (void)send(c, "POST",
                        "/api/v1/rack-proxy"
                        "/apps/shop/budget",
                        form_type, m + "=" + m);
         },
         {}},
        {"a description",
         [&](const Caller& c, const std::string& m) {
             (void)send(c, "POST",
                        "/api/v1/rack-proxy"
                        "/apps/shop/releases",
                        form_type, "build=BABCDEFGHIJ&description=" + m);
         },
         {}},
        {"a key",
         [&](const Caller& c, const std::string& m) {
             (void)send(c, "GET", "/api/v1/apps/shop/env?key=" + m);
         },
         {"stdout", "audit.audit_event.resource"}},
        {"a user agent",
         [&](const Caller& c, const std::string& m) {
             (void)ask(c, "GET", "/apps/shop/releases", {{"User-Agent", m}});
         },
         {"stdout", "audit.audit_event.user_agent"}},
        {"a path",
         [&](const Caller& c, const std::string& m) {
             (void)send(c, "GET",
                        "/api/v1/rack-proxy"
                        "/apps/" +
                            m);
             (void)send(c, "GET",
                        "/api/v1/rack-proxy"
                        "/apps/" +
                            m + "/x/y/z");
         },
         path},
        {"a known query",
         [&](const Caller& c, const std::string& m) {
             (void)ask(c, "GET", "/apps/shop/processes?service=" + m);
         },
         {"audit.audit_event.details"}},
        {"a command",
         [&](const Caller& c, const std::string& m) {
             (void)send(c, "POST",
                        "/api/v1/rack-proxy"
                        "/apps/shop/services/web/processes",
                        {{"Command", m}});
         },
         {"stdout", "audit.audit_event.command"}},
    };
    for (const auto& place : places) {
        for (const Caller& caller : callers_) {
            place.send(caller, markers_.core(place.place));
        }
    }
    std::map<std::string, Where> stands_in;
    for (const auto& [where, found] : written()) {
        for (const std::string& label : found) {
            stands_in[label].insert(where);
        }
    }
    for (const auto& place : places) {
        EXPECT_EQ(stands_in[place.place], place.may_stand_in) << place.place;
        stands_in.erase(place.place);
    }
    EXPECT_TRUE(stands_in.empty()) << stands_in.begin()->first;
}

}  // namespace
}  // namespace rgw::test
