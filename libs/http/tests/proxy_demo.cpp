// A bare reverse proxy for measurements by hand: proxy_demo PORT http://HOST:PORT [THREADS]
#include <cstdlib>
#include <memory>
#include <vector>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/http/listener.hpp"
#include "rgw/http/upstream.hpp"
#include "support/proxy_handler.hpp"

int main(int argc, char** argv) {
    using namespace rgw;
    if (argc < 3) {
        return 2;
    }
    const int threads = argc > 3 ? std::atoi(argv[3]) : 1;
    async::CpuPool resolver(1);
    http::UpstreamOptions options;
    options.origin = http::parse_origin(argv[2]).value();
    std::vector<std::unique_ptr<async::Loop>> loops;
    std::vector<std::unique_ptr<http::Upstream>> upstreams;
    std::vector<std::unique_ptr<http::test::ProxyHandler>> proxies;
    std::vector<std::unique_ptr<http::Listener>> listeners;
    for (int i = 0; i < threads; ++i) {
        auto& loop = *loops.emplace_back(std::make_unique<async::Loop>("loop"));
        auto& upstream = *upstreams.emplace_back(
            std::make_unique<http::Upstream>(loop, resolver, options, nullptr));
        auto& proxy = *proxies.emplace_back(std::make_unique<http::test::ProxyHandler>(upstream));
        http::ListenerOptions listen;
        listen.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
        listeners.push_back(http::Listener::open(loop, listen, proxy, nullptr).value());
        listeners.back()->start();
        loop.start();
    }
    loops.front()->join();
}
