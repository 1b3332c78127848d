#pragma once

#include <algorithm>
#include <iostream>
#include <set>
#include <sstream>

#include "browser.hpp"
#include "env_world.hpp"
#include "planted.hpp"

namespace rgw::test {

struct Caller {
    std::string name;
    std::string credential;
    bool reads_env = false;
    bool has_role = true;  // else a few permissions only, or none
    bool reveals = false;  // holds convox:secret:read, too
};

// Some 200 values of every shape on the rack, of variables that are secret, protected, listed, hold
// a password, or none of these; and everybody there is who might come to see them.
class PlantedWorld : public EnvWorld {
protected:
    static constexpr unsigned seed = 20261125;

    PlantedWorld() {
        world_.environment["TRUSTED_PROXY_CIDRS"] = "127.0.0.0/8";
        std::cout << "seed " << seed << "\n";
        world_.start_gateway();
        set_lists("shop", listed_names(), R"(["pinned_1","pinned_2","pinned_3","pinned_4"])");
        plant_all();
        make_callers();
        EXPECT_TRUE(eventually([&] {
            return labels(world_.call(callers_[0].credential, "GET", "/apps/shop/releases"))
                       .contains("hidden") == false;
        })) << "the lists are in force";
    }
    static std::string listed_names() { return R"(["listed_1","listed_2","listed_3","listed_4"])"; }

    // 30 open variables and 150 hidden ones in shop; whatever has several lines in docs.
    void plant_all() {
        static const char* const hidden_names[] = {
            "V#_SECRET",   "SECRET_V#", "V#_TOKEN",      "V#_KEY",       "V#_KEY_ID",
            "V#_PASSWORD", "PASSWD_V#", "V#_CREDENTIAL", "PRIVATE_V#_X", "v#_secret"};
        std::vector<Variable> shop;
        for (int i = 0; i < 30; ++i) {
            // Of the shapes that can be posted and hold no password.
            static constexpr std::size_t plain[] = {0, 1, 2, 3, 5, 6, 7};
            shop.push_back({"OPEN_" + std::to_string(i),
                            shaped(plain[static_cast<std::size_t>(i) % std::size(plain)],
                                   markers_.core("open"))});
        }
        for (std::size_t i = 0; i < 130; ++i) {
            std::string name = hidden_names[i / 10 % std::size(hidden_names)];
            name.replace(name.find('#'), 1, std::to_string(i));
            shop.push_back({name, shaped(i, markers_.core("hidden"))});
        }
        for (int i = 1; i <= 4; ++i) {
            const std::string n = std::to_string(i);
            shop.push_back({"PINNED_" + n, markers_.core("hidden")});
            shop.push_back({"LISTED_" + n, markers_.core("hidden")});
            shop.push_back({"URL_" + n, shaped(4, markers_.core("hidden"))});
            shop.push_back({"CONTROL_" + n,
                            shaped(8 + static_cast<std::size_t>(i % 2), markers_.core("hidden"))});
        }
        shop.push_back({"EVERYWHERE_PIN", markers_.core("hidden")});
        shop.push_back({"NAMES_ALIKE_SECRET", "OPEN_0"});
        plant("shop", text_of(shop));
        std::string docs = "FIRST_SECRET=x\n";
        for (int i = 0; i < 12; ++i) {
            docs += "TLS_" + std::to_string(i) + "_KEY=-----BEGIN PRIVATE KEY-----\n";
            docs += "MIIE" + markers_.core("hidden") + "\n" + markers_.core("hidden") + "=\n";
            docs += "Password=" + markers_.core("hidden") + "\n" + markers_.core("hidden") +
                    "==\n-----END PRIVATE KEY-----\nAFTER_" + std::to_string(i) + "=" +
                    markers_.core("hidden") + "\n";
        }
        plant("docs", docs);
        plant("shop", text_of(shop) + "LAST=1\n");  // so that an older one lists it, too
        release_ = newest_id("shop");
    }

    void make_callers() {
        callers_ = {{"admin token", world_.token("admin"), true, true, true},
                    {"deployer token", world_.token("deployer"), true},
                    {"ops token", world_.token("ops"), true},
                    {"viewer token", world_.token("viewer")},
                    {"cicd token", world_.token("cicd")}};
        for (const std::string role : {"admin", "deployer", "ops", "viewer", "auditor"}) {
            const bool reads = role == "admin" || role == "deployer" || role == "ops";
            callers_.push_back({role, person(role), reads, true, role == "admin"});
        }
        for (const char* one : {"release:list", "release:read", "release:create", "env:read",
                                "env:set", "secret:read", "secret:set"}) {
            callers_.push_back({one, token_holding(one, R"(["convox:)" + std::string(one) + "\"]"),
                                one == std::string("env:read"), false});
        }
        callers_.push_back(
            {"releases", token_holding("releases", R"(["convox:release:*"])"), false, false});
        callers_.push_back(
            {"reveals",
             token_holding("reveals",
                           R"(["convox:release:*","convox:env:read","convox:secret:read"])"),
             true, false, true});
        callers_.push_back({"locked", token_holding("locked", R"(["convox:*:*"])"), false, false});
        world_.execute(
            "insert into users (email, name, roles, locked_at) values "
            "('locked@example.com', 'x', '[\"admin\"]', now()); update api_tokens set "
            "user_id = (select id from users where email = 'locked@example.com') where "
            "name = 'locked'");
        callers_.push_back({"nobody", "", false, false});
    }

    [[nodiscard]] std::set<std::string> labels(const Response& answer) const {
        return markers_.found(all_of(answer));
    }
    // Nothing but open values, and those only where the caller may see them.
    void look_at(const Caller& caller, const std::string& what, const Response& answer) {
        ++looked_at_;
        std::set<std::string> found = labels(answer);
        if (caller.reads_env && (what.find("/releases") != std::string::npos ||
                                 what.find("env") != std::string::npos)) {
            open_seen_ += found.erase("open");
        }
        if (caller.reveals && what.find("/env?secrets=true") != std::string::npos) {
            hidden_seen_ += found.erase("hidden") + found.erase("open");
        }
        if (what.find("/releases") != std::string::npos) {
            found.erase("a description");  // whoever writes one means it to be read there
        }
        EXPECT_TRUE(found.empty()) << caller.name << " " << what << ": " << *found.begin();
    }
    // Each time from another address: whoever keeps failing is not listened to for a while.
    Response send(const Caller& caller, const std::string& method, const std::string& target,
                  Headers headers = {}, const std::string& body = "") {
        const auto forwarded = [](const auto& field) { return field.first == "X-Forwarded-For"; };
        if (std::ranges::none_of(headers, forwarded)) {
            headers.emplace_back("X-Forwarded-For", next_address());
        }
        if (!caller.credential.empty()) {
            headers.emplace_back("Authorization", "Bearer " + caller.credential);
        }
        return send_request(
            world_.port(),
            {.method = method, .target = target, .headers = std::move(headers), .body = body});
    }
    Response ask(const Caller& caller, const std::string& method, const std::string& path,
                 Headers headers = {}, const std::string& body = "") {
        Response answer =
            send(caller, method, "/api/v1/rack-proxy" + path, std::move(headers), body);
        look_at(caller, method + " " + path, answer);
        return answer;
    }

    // Everything the gateway has written, by where: "stdout", "log", "metrics", "table.column".
    [[nodiscard]] std::map<std::string, std::set<std::string>> written() const {
        std::map<std::string, std::set<std::string>> found;
        found["stdout"] = markers_.found(world_.audit_lines());
        found["log"] = markers_.found(world_.gateway_log());
        found["metrics"] =
            markers_.found(send_request(world_.metrics_port(), {.target = "/metrics"}).body);
        std::istringstream tables(world_.sql(
            "select format('%I.%I', table_schema, table_name) from information_schema.tables where "
            "table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', "
            "'information_schema')"));
        for (std::string table; std::getline(tables, table);) {
            const std::string columns = world_.sql(
                "select coalesce(jsonb_object_agg(name, texts), '{}') from (select each.name, "
                "string_agg(each.value, ' ') as texts from " +
                table + " t, jsonb_each_text(to_jsonb(t)) each (name, value) group by 1) c");
            const boost::json::value by_column = boost::json::parse(columns);
            for (const auto& column : by_column.as_object()) {
                if (column.value().is_string()) {
                    found[table + "." + std::string(column.key())] =
                        markers_.found(std::string(column.value().as_string()));
                }
            }
        }
        EXPECT_GT(found.size(), 60U) << "every column of every table that holds anything";
        EXPECT_TRUE(found.contains("audit.audit_event.details"));
        return found;
    }

    Markers markers_{seed};
    std::string release_;
    std::vector<Caller> callers_;
    int looked_at_ = 0;
    std::size_t open_seen_ = 0;
    std::size_t hidden_seen_ = 0;
};

}  // namespace rgw::test
