#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace rgw::sim {

struct Release {
    std::string id;
    std::string build;
    std::string env;  // lines KEY=VALUE
    std::string description;
    std::string created;
};

struct Build {
    std::string id;
    std::string release;
    std::string status;  // running, complete
    std::string description;
    std::string git_sha;
    std::string url;
    std::string started;
    int polls_left = 0;  // reads until it completes
};

struct Service {
    std::string name;
    int count = 1;
    int cpu = 256;
    int memory = 512;
};

struct Process {
    std::string id;
    std::string service;
    std::string command;
    std::string release;
    std::string started;
};

struct App {
    std::string name;
    std::string release;
    bool locked = false;
    std::vector<Service> services;
    std::vector<Process> processes;
    std::vector<Build> builds;                     // newest first
    std::vector<Release> releases;                 // newest first
    std::map<std::string, std::uint64_t> objects;  // key to size
};

// Everything the rack knows. One thread.
class State {
public:
    State();

    std::map<std::string, App> apps;
    std::vector<std::string> instances;
    std::map<std::string, std::string> parameters;

    [[nodiscard]] std::string new_id(char kind);  // B or R and ten capitals
    [[nodiscard]] std::string new_process_id(const std::string& service);
    [[nodiscard]] static std::string now();
    App& create_app(const std::string& name);

private:
    std::mt19937 random_{20261122};
};

[[nodiscard]] boost::json::object to_json(const App& app);
[[nodiscard]] boost::json::object to_json(const App& app, const Service& service);
[[nodiscard]] boost::json::object to_json(const App& app, const Process& process);
[[nodiscard]] boost::json::object to_json(const App& app, const Build& build);
[[nodiscard]] boost::json::object to_json(const App& app, const Release& release);

}  // namespace rgw::sim
