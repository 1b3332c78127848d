// People signing in through the real provider, all of the way a browser goes, as many at once as
// there are threads. Prints "logins_per_second N", and what one costs the gateway and the provider
// in processor time.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "browser.hpp"
#include "support/postgres.hpp"
#include "world.hpp"

namespace rgw::test {
namespace {

using Clock = std::chrono::steady_clock;

// User and system time of a process, in milliseconds.
double processor_ms(pid_t pid) {
    const std::string stat = read_file("/proc/" + std::to_string(pid) + "/stat");
    std::istringstream fields(stat.substr(stat.rfind(')') + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) {
        fields >> skipped;
    }
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) * 1000 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

int run_logins(int seconds, int threads) {
    const auto port = static_cast<std::uint16_t>(free_port());
    const std::string base = "http://localhost:" + std::to_string(port);
    const std::string callback = base + "/api/v1/auth/web/callback";
    World world;
    const Provider provider(world.directory(), {callback});
    world.environment["PORT"] = std::to_string(port);
    world.environment["DEV_MODE"] = "true";
    world.environment["OIDC_CLIENT_ID"] = "rack-gateway";
    world.environment["OIDC_CLIENT_SECRET"] = "rack-gateway-client-secret";
    world.environment["OIDC_ISSUER"] = provider.issuer();
    world.environment["RGW_SETTING_MFA_REQUIRE_ALL_USERS"] = "false";
    world.environment["RATE_LIMIT_RPS"] = "100000";
    world.environment["RATE_LIMIT_BURST"] = "100000";
    world.start_gateway();
    std::atomic<int> done = 0;
    std::atomic<int> failed = 0;
    const auto begun = Clock::now();
    const double gateway_before = processor_ms(world.gateway().pid());
    std::vector<std::thread> people;
    people.reserve(static_cast<std::size_t>(threads));
    for (int i = 0; i < threads; ++i) {
        people.emplace_back([&] {
            while (Clock::now() - begun < std::chrono::seconds(seconds)) {
                Browser browser;
                const std::string url =
                    browser.get(base + "/api/v1/auth/web/login").header("Location");
                const std::string back = provider.sign_in(browser, url, "admin@example.com");
                const bool in = browser.get(back).header("Location") == "/app/rack";
                ++(in ? done : failed);
            }
        });
    }
    for (std::thread& person : people) {
        person.join();
    }
    const double took = std::chrono::duration<double>(Clock::now() - begun).count();
    const double gateway_ms = processor_ms(world.gateway().pid()) - gateway_before;
    std::printf("logins_per_second %.1f\ngateway_ms_per_login %.2f\nfailed %d\n", done / took,
                gateway_ms / done, failed.load());
    return failed == 0 && done > 0 ? 0 : 1;
}

}  // namespace
}  // namespace rgw::test

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "login_load SECONDS THREADS (RGW_TEST_DATABASE_URL set)\n");
        return 2;
    }
    return rgw::test::run_logins(std::atoi(argv[1]), std::atoi(argv[2]));
}
