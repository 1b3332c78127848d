#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/text.hpp"
#include "rgw/rack/release_env.hpp"

// Masking of a long answer of the rack's: releases as GET /apps/{app}/releases brings them.
namespace rgw::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Ten variables, of each kind an application has some of. `salt` makes the values of a release its
// own.
std::string ten_variables(int n, int salt) {
    return fmt::format(
        "LOG_LEVEL_{0}=info\n"
        "SERVICE_{0}_URL=https://service-{1}.internal.example.com/v2/endpoint?region=eu-central\n"
        "FEATURE_FLAGS_{0}=new-checkout-{1},fast-search,dark-mode,beta-invoices\n"
        "DATABASE_{0}_URL=postgres://shop:hunter2@db-{1}.example.com:5432/shop?sslmode=require\n"
        "STRIPE_{0}_SECRET=sk_live_51NzQ4242abcdefghijklmnopqrstuvwxyz-{1}\n"
        "SESSION_{0}_KEY=f3b1a9c07d5e4f628b90a1c2d3e4f5061728394a5b6c-{1}\n"
        "BUCKET_{0}=shop-production-assets-eu-central-1-0123456789ab-{1}\n"
        "SUPPORT_ADDRESS_{0}=\"Shop support\" <support+{1}@shop.example.com>\n"
        "LICENCE_{0}=XW4K-99TT-P0LM-22QA-7HJD-55RE-BBN1-ZZ80-{1}\n"
        "WORKER_POOL_{0}=queue=default,mailers-{1};concurrency=25;timeout=30;verbose\n",
        n, salt);
}

enum class Envs { same, of_their_own };

std::string answer(int releases, int keys, Envs envs) {
    std::string json = "[";
    for (int i = 0; i < releases; ++i) {
        std::string env;
        for (int n = 0; n < keys / 10; ++n) {
            env += ten_variables(n, 1000 + (envs == Envs::same ? 0 : i));
        }
        json += i == 0 ? "" : ",";
        json +=
            R"({"app":"shop","build":"BABCDEFGHIJ","created":"2026-11-25T09:30:00.123456789Z",)";
        json += fmt::format(R"("description":"deploy of {}","env":)", i);
        append_json_string(json, env);
        json += fmt::format(R"(,"id":"R{}","status":"active"}})", 1'000'000'000 + i);
    }
    return json + "]\n";
}

access::EnvLists lists() {
    access::EnvLists lists{.secret_names = {}, .protected_names = {}};
    for (const char* name : {"LICENCE_1", "LICENCE_4", "LICENCE_7", "INTERNAL_SALT", "DSN"}) {
        lists.secret_names.add(name);
    }
    for (const char* name : {"BUCKET_2", "BUCKET_3", "NODE_ENV", "PORT", "RACK_URL"}) {
        lists.protected_names.add(name);
    }
    return lists;
}

// Of this thread: what the work costs however busy the machine is.
double processor_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double median(std::vector<double>& values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void measure(std::string_view name, const std::string& json, const rack::EnvView& view,
             int rounds) {
    std::vector<double> times_ms;
    std::vector<double> costs_ms;
    for (int i = 0; i < rounds; ++i) {
        const auto from = Clock::now();
        const double cost_before = processor_ms();
        const auto masked = rack::mask_release_env(json, view);
        costs_ms.push_back(processor_ms() - cost_before);
        times_ms.push_back(std::chrono::duration<double, std::milli>(Clock::now() - from).count());
        if (!masked || masked->find("hunter2") != std::string::npos) {
            std::cerr << "the answer was not masked\n";
            std::exit(1);
        }
    }
    std::cout << name << " p50_ms " << median(times_ms) << " processor_p50_ms " << median(costs_ms)
              << "\n";
}

}  // namespace
}  // namespace rgw::bench

int main(int argc, char** argv) {
    CLI::App app("Masks the environments of releases; prints medians");
    int releases = 500;
    app.add_option("--releases", releases);
    int keys = 100;
    app.add_option("--keys", keys, "of each release, in tens");
    int rounds = 101;
    app.add_option("--rounds", rounds);
    CLI11_PARSE(app, argc, argv);
    using rgw::bench::Envs;
    using rgw::rack::EnvView;
    const auto lists = rgw::bench::lists();
    const std::string json = rgw::bench::answer(releases, keys, Envs::of_their_own);
    std::cout << "bytes " << json.size() << "\n";
    rgw::bench::measure("values", json, EnvView::values(lists), rounds);
    rgw::bench::measure("names", json, EnvView::names(), rounds);
    rgw::bench::measure("values_of_one_environment", rgw::bench::answer(releases, keys, Envs::same),
                        EnvView::values(lists), rounds);
    return 0;
}
