#pragma once

#include <memory>
#include <string>

#include "rgw/api/pipeline.hpp"
#include "rgw/async/cpu_pool.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/http/listener.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::app {

// One worker thread: a loop with its listener, its pipeline and its connections to the rack.
class Worker {
public:
    Worker(const std::string& name, api::Services& services, async::CpuPool& resolver,
           const http::UpstreamOptions& rack, http::ClientTls* rack_tls)
        : loop_(name), rack_(loop_, resolver, rack, rack_tls), pipeline_(services, rack_) {}

    // Binds; the port is known from here. Error: configuration_invalid.
    Result<void> open(const http::ListenerOptions& options, http::ServerTls* tls) {
        auto listener = http::Listener::open(loop_, options, pipeline_, tls);
        if (!listener) {
            return listener.error();
        }
        listener_ = std::move(listener.value());
        return {};
    }
    void start() {
        listener_->start();
        loop_.start();
    }

    [[nodiscard]] async::Loop& loop() { return loop_; }
    [[nodiscard]] http::Listener& listener() { return *listener_; }
    [[nodiscard]] http::Upstream& rack() { return rack_; }

private:
    async::Loop loop_;
    http::Upstream rack_;
    api::Pipeline pipeline_;
    std::unique_ptr<http::Listener> listener_;
};

}  // namespace rgw::app
