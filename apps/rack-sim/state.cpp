#include "state.hpp"

#include "rgw/base/clock.hpp"

namespace rgw::sim {

namespace json = boost::json;

State::State() : instances({"i-0a1b2c3d4e5f60718", "i-08f7e6d5c4b3a2910"}) {
    parameters = {{"node_type", "t3.medium"}, {"high_availability", "true"}};
    App& shop = create_app("shop");
    shop.services = {{.name = "web", .count = 2}, {.name = "worker", .count = 1}};
    const std::string build_id = new_id('B');
    const std::string release_id = new_id('R');
    shop.releases.insert(shop.releases.begin(),
                         {.id = release_id,
                          .build = build_id,
                          .env = "DATABASE_URL=postgres://shop:hunter2@db/shop\nLOG_LEVEL=info\n"
                                 "STRIPE_SECRET_KEY=sk_live_4242\n",
                          .description = "first release",
                          .created = now()});
    shop.builds.push_back(
        {.id = build_id, .release = release_id, .status = "complete", .started = now()});
    shop.release = release_id;
    for (const Service& service : shop.services) {
        for (int i = 0; i < service.count; ++i) {
            shop.processes.push_back({.id = new_process_id(service.name),
                                      .service = service.name,
                                      .command = "bin/" + service.name,
                                      .release = release_id,
                                      .started = now()});
        }
    }
    create_app("docs");
}

std::string State::new_id(char kind) {
    std::string id(1, kind);
    for (int i = 0; i < 10; ++i) {
        id += static_cast<char>('A' + std::uniform_int_distribution<int>(0, 25)(random_));
    }
    return id;
}

std::string State::new_process_id(const std::string& service) {
    std::string id = service + "-";
    for (int i = 0; i < 10; ++i) {
        id += "bcdfghjklmnpqrstvwxz2456789"[std::uniform_int_distribution<std::size_t>(
            0, 26)(random_)];
    }
    return id;
}

std::string State::now() {
    return rfc3339_seconds(SystemClock().now());
}

App& State::create_app(const std::string& name) {
    App& app = apps[name];
    app.name = name;
    return app;
}

json::object to_json(const App& app) {
    return {{"generation", "3"},           {"locked", app.locked},   {"name", app.name},
            {"release", app.release},      {"router", "router-web"}, {"status", "running"},
            {"parameters", json::object()}};
}

json::object to_json(const App& app, const Service& service) {
    return {{"count", service.count},
            {"cpu", service.cpu},
            {"domain", service.name + "." + app.name + ".rack.example.com"},
            {"memory", service.memory},
            {"name", service.name},
            {"ports", json::array{{{"balancer", 443}, {"certificate", ""}, {"container", 3000}}}}};
}

json::object to_json(const App& app, const Process& process) {
    return {{"app", app.name},
            {"command", process.command},
            {"cpu", 0.1},
            {"host", "10.1.84.21"},
            {"id", process.id},
            {"image", "registry/" + app.name},
            {"instance", ""},
            {"memory", 0.2},
            {"name", process.service},
            {"ports", json::array()},
            {"release", process.release},
            {"started", process.started},
            {"status", "running"}};
}

json::object to_json(const App& app, const Build& build) {
    return {{"app", app.name},
            {"description", build.description},
            {"ended", build.started},
            {"entrypoint", ""},
            {"git-sha", build.git_sha},
            {"id", build.id},
            {"logs", ""},
            {"manifest", "services:\n  web:\n    build: .\n"},
            {"process", ""},
            {"release", build.release},
            {"started", build.started},
            {"status", build.status}};
}

json::object to_json(const App& app, const Release& release) {
    return {{"app", app.name},
            {"build", release.build},
            {"created", release.created},
            {"description", release.description},
            {"env", release.env},
            {"id", release.id},
            {"manifest", "services:\n  web:\n    build: .\n"}};
}

}  // namespace rgw::sim
