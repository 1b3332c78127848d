#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <iostream>

#include <boost/asio/signal_set.hpp>

#include "rgw/async/loop.hpp"
#include "rgw/base/log.hpp"
#include "rgw/http/listener.hpp"
#include "simulator.hpp"

// The simulated rack: rack-sim --port 0 --port-file FILE [--cert FILE --key FILE]
int main(int argc, char** argv) {
    using namespace rgw;
    CLI::App app("A simulated Convox rack for demo and tests");
    http::ListenerOptions options;
    options.max_connections = 20'000;  // as many sessions as the benchmark opens
    std::string port_file;
    std::string certificate;
    std::string key;
    std::string user = "convox";
    std::string password = "sim-rack-token";
    app.add_option("--address", options.address, "address to listen on");
    app.add_option("--port", options.port, "port; 0 takes a free one");
    app.add_option("--port-file", port_file, "where to write the port once it listens");
    app.add_option("--cert", certificate,
                   "certificate chain (PEM); with --key the rack speaks TLS");
    app.add_option("--key", key, "private key (PEM)");
    app.add_option("--user", user, "Basic user");
    app.add_option("--password", password, "Basic password")->envname("RACK_SIM_PASSWORD");
    CLI11_PARSE(app, argc, argv);

    std::unique_ptr<http::ServerTls> tls;
    if (!certificate.empty()) {
        auto loaded = http::ServerTls::load(certificate, key);
        if (!loaded) {
            std::cerr << "rack-sim: " << describe(loaded.error()) << "\n";
            return 1;
        }
        tls = std::move(loaded.value());
    }
    async::Loop loop("rack-sim");
    sim::Simulator simulator(user, Secret(password));
    auto listener = http::Listener::open(loop, options, simulator, tls.get());
    if (!listener) {
        std::cerr << "rack-sim: " << describe(listener.error()) << "\n";
        return 1;
    }
    listener.value()->start();
    if (!port_file.empty()) {
        std::ofstream(port_file + ".new") << listener.value()->port() << "\n";
        std::rename((port_file + ".new").c_str(), port_file.c_str());
    }
    log::info("the simulated rack listens", {{"address", options.address},
                                             {"port", listener.value()->port()},
                                             {"tls", tls != nullptr}});
    boost::asio::signal_set signals(loop.context(), SIGINT, SIGTERM);
    signals.async_wait([&loop](boost::system::error_code, int) { loop.stop(); });
    loop.run();
    log::flush();
    // Connections that still hang (faults) are not waited for.
    std::_Exit(0);
}
