#include <algorithm>
#include <array>
#include <charconv>

#include "json_text.hpp"
#include "simulator.hpp"

namespace rgw::sim {
namespace {

namespace json = boost::json;
using Params = std::vector<std::string>;
using Handler = Answer (*)(State&, const Request&, const Params&);

App* find_app(State& state, const Params& params) {
    const auto found = state.apps.find(params[0]);
    return found == state.apps.end() ? nullptr : &found->second;
}

Answer no_app(const Params& params) {
    return failure(404, "app not found: " + params[0]);
}

int number_or(const std::string& text, int otherwise) {
    int value = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

template <class Items>
json::array list(const App& app, const Items& items, std::size_t limit = 1000) {
    json::array out;
    for (std::size_t i = 0; i < std::min(limit, items.size()); ++i) {
        out.push_back(to_json(app, items[i]));
    }
    return out;
}

template <class Items>
auto find_by_id(Items& items, const std::string& id) {
    return std::ranges::find_if(items, [&](const auto& item) { return item.id == id; });
}

std::size_t limit_of(const Request& request) {
    return static_cast<std::size_t>(std::max(1, number_or(request.option("limit"), 10)));
}

Answer app_list(State& state, const Request&, const Params&) {
    json::array out;
    for (const auto& [name, app] : state.apps) {
        out.push_back(to_json(app));
    }
    return json_answer(out);
}

Answer app_create(State& state, const Request& request, const Params&) {
    const std::string name = request.option("name");
    if (name.empty() || state.apps.contains(name)) {
        return failure(400, "app name is empty or taken: " + name);
    }
    return json_answer(to_json(state.create_app(name)));
}

Answer app_get(State& state, const Request&, const Params& params) {
    const App* app = find_app(state, params);
    return app == nullptr ? no_app(params) : json_answer(to_json(*app));
}

Answer app_update(State& state, const Request& request, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    if (const std::string lock = request.option("lock"); !lock.empty()) {
        app->locked = lock == "true";
    }
    return ok();
}

Answer app_delete(State& state, const Request&, const Params& params) {
    return state.apps.erase(params[0]) == 0 ? no_app(params) : ok();
}

Answer app_action(State& state, const Request&, const Params& params) {
    return find_app(state, params) == nullptr ? no_app(params) : ok();
}

Answer service_list(State& state, const Request&, const Params& params) {
    const App* app = find_app(state, params);
    return app == nullptr ? no_app(params) : json_answer(list(*app, app->services));
}

Answer service_update(State& state, const Request& request, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    for (Service& service : app->services) {
        if (service.name == params[1]) {
            service.count = number_or(request.option("count"), service.count);
            service.cpu = number_or(request.option("cpu"), service.cpu);
            service.memory = number_or(request.option("memory"), service.memory);
            return ok();
        }
    }
    return failure(404, "service not found: " + params[1]);
}

Answer process_list(State& state, const Request&, const Params& params) {
    const App* app = find_app(state, params);
    return app == nullptr ? no_app(params) : json_answer(list(*app, app->processes));
}

Answer process_get(State& state, const Request&, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    const auto found = find_by_id(app->processes, params[1]);
    return found == app->processes.end() ? failure(404, "process not found: " + params[1])
                                         : json_answer(to_json(*app, *found));
}

Answer process_stop(State& state, const Request&, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    return std::erase_if(app->processes, [&](const Process& p) { return p.id == params[1]; }) == 0
               ? failure(404, "process not found: " + params[1])
               : ok();
}

Answer process_run(State& state, const Request& request, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    app->processes.push_back({.id = state.new_process_id(params[1]),
                              .service = params[1],
                              .command = request.option("command"),
                              .release = app->release,
                              .started = State::now()});
    return json_answer(to_json(*app, app->processes.back()));
}

Answer build_list(State& state, const Request& request, const Params& params) {
    const App* app = find_app(state, params);
    return app == nullptr ? no_app(params)
                          : json_answer(list(*app, app->builds, limit_of(request)));
}

Answer build_create(State& state, const Request& request, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    app->builds.insert(app->builds.begin(), {.id = state.new_id('B'),
                                             .status = "running",
                                             .description = request.option("description"),
                                             .git_sha = request.option("git-sha"),
                                             .url = request.option("url"),
                                             .started = State::now(),
                                             .polls_left = 2});
    return json_answer(to_json(*app, app->builds.front()));
}

// A build that is done has made its release.
void complete(State& state, App& app, Build& build) {
    build.status = "complete";
    build.release = state.new_id('R');
    const std::string env = app.releases.empty() ? "" : app.releases.front().env;
    app.releases.insert(app.releases.begin(), {.id = build.release,
                                               .build = build.id,
                                               .env = env,
                                               .description = build.description,
                                               .created = State::now()});
}

Answer build_import(State& state, const Request&, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    app->builds.insert(app->builds.begin(), {.id = state.new_id('B'), .started = State::now()});
    complete(state, *app, app->builds.front());
    return json_answer(to_json(*app, app->builds.front()));
}

Answer build_get(State& state, const Request&, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    const auto found = find_by_id(app->builds, params[1]);
    if (found == app->builds.end()) {
        return failure(404, "build not found: " + params[1]);
    }
    if (found->status == "running" && --found->polls_left <= 0) {
        complete(state, *app, *found);
    }
    return json_answer(to_json(*app, *found));
}

Answer release_list(State& state, const Request& request, const Params& params) {
    const App* app = find_app(state, params);
    return app == nullptr ? no_app(params)
                          : json_answer(list(*app, app->releases, limit_of(request)));
}

Answer release_get(State& state, const Request&, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    const auto found = find_by_id(app->releases, params[1]);
    return found == app->releases.end() ? failure(404, "release not found: " + params[1])
                                        : json_answer(to_json(*app, *found));
}

Answer release_create(State& state, const Request& request, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    Release release{.id = state.new_id('R'),
                    .build = request.option("build"),
                    .description = request.option("description"),
                    .created = State::now()};
    if (!app->releases.empty()) {
        release.env = app->releases.front().env;
        if (release.build.empty()) {
            release.build = app->releases.front().build;
        }
    }
    if (request.form.contains("env")) {
        release.env = request.form.at("env");  // present but empty wipes it, as on a real rack
    }
    app->releases.insert(app->releases.begin(), release);
    return json_answer(to_json(*app, release));
}

Answer release_promote(State& state, const Request&, const Params& params) {
    App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    if (find_by_id(app->releases, params[1]) == app->releases.end()) {
        return failure(404, "release not found: " + params[1]);
    }
    app->release = params[1];
    return ok();
}

Answer object_list(State& state, const Request&, const Params& params) {
    const App* app = find_app(state, params);
    if (app == nullptr) {
        return no_app(params);
    }
    json::array out;
    for (const auto& [key, size] : app->objects) {
        out.push_back(json::string(key));
    }
    return json_answer(out);
}

Answer instance_list(State& state, const Request&, const Params&) {
    json::array out;
    for (const std::string& id : state.instances) {
        out.push_back({{"agent", true},
                       {"cpu", 0.25},
                       {"id", id},
                       {"memory", 0.5},
                       {"private-ip", "10.0.1.7"},
                       {"processes", 5},
                       {"public-ip", ""},
                       {"started", State::now()},
                       {"status", "running"}});
    }
    return json_answer(out);
}

Answer instance_terminate(State& state, const Request&, const Params& params) {
    return std::erase(state.instances, params[0]) == 0 ? failure(404, "instance not found") : ok();
}

Answer system_get(State& state, const Request&, const Params&) {
    json::object parameters;
    for (const auto& [key, value] : state.parameters) {
        parameters[key] = value;
    }
    return json_answer({{"count", 2},
                        {"domain", "rack.example.com"},
                        {"name", "demo"},
                        {"parameters", parameters},
                        {"provider", "aws"},
                        {"rack-domain", "rack.example.com"},
                        {"region", "us-east-1"},
                        {"status", "running"},
                        {"type", "t3.medium"},
                        {"version", "3.24.0"}});
}

Answer system_update(State&, const Request&, const Params&) {
    return failure(501, "not implemented");
}

Answer system_capacity(State&, const Request&, const Params&) {
    return json_answer({{"cluster-cpu", 4096},
                        {"cluster-memory", 8192},
                        {"process-count", 3},
                        {"process-cpu", 768},
                        {"process-memory", 1536},
                        {"process-width", 1}});
}

Answer empty_list(State&, const Request&, const Params&) {
    return json_answer(json::array());
}

Answer says_ok(State&, const Request&, const Params&) {
    return ok();
}

struct Route {
    std::string_view method;
    std::string_view pattern;
    Handler handler;
};

constexpr auto table = std::to_array<Route>({
    {"GET", "/auth", says_ok},
    {"GET", "/apps", app_list},
    {"POST", "/apps", app_create},
    {"GET", "/apps/{app}", app_get},
    {"PUT", "/apps/{app}", app_update},
    {"DELETE", "/apps/{app}", app_delete},
    {"POST", "/apps/{app}/cancel", app_action},
    {"GET", "/apps/{app}/builds", build_list},
    {"POST", "/apps/{app}/builds", build_create},
    {"POST", "/apps/{app}/builds/import", build_import},
    {"GET", "/apps/{app}/builds/{id}", build_get},
    {"GET", "/apps/{app}/objects", object_list},
    {"GET", "/apps/{app}/processes", process_list},
    {"GET", "/apps/{app}/processes/{pid}", process_get},
    {"DELETE", "/apps/{app}/processes/{pid}", process_stop},
    {"GET", "/apps/{app}/releases", release_list},
    {"POST", "/apps/{app}/releases", release_create},
    {"GET", "/apps/{app}/releases/{id}", release_get},
    {"POST", "/apps/{app}/releases/{id}/promote", release_promote},
    {"GET", "/apps/{app}/services", service_list},
    {"PUT", "/apps/{app}/services/{service}", service_update},
    {"POST", "/apps/{app}/services/{service}/processes", process_run},
    {"POST", "/apps/{app}/services/{service}/restart", app_action},
    {"GET", "/instances", instance_list},
    {"DELETE", "/instances/{id}", instance_terminate},
    {"GET", "/system", system_get},
    {"PUT", "/system", system_update},
    {"GET", "/system/capacity", system_capacity},
    {"GET", "/system/metrics", empty_list},
    {"GET", "/system/processes", empty_list},
    {"GET", "/system/releases", empty_list},
    {"GET", "/registries", empty_list},
    {"GET", "/certificates", empty_list},
    {"GET", "/resources", empty_list},
});

}  // namespace

Answer answer_rack_route(State& state, const Request& request) {
    Params params;
    for (const Route& route : table) {
        if (route.method == request.method && matches(route.pattern, request.segments, params)) {
            return route.handler(state, request, params);
        }
    }
    return answer_plain_route(request).value_or(failure(404, ""));
}

}  // namespace rgw::sim
