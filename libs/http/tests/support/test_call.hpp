#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "rgw/async/cpu_pool.hpp"
#include "rgw/async/loop.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::http::test {

// An upstream on a loop of its own, called from the test's thread.
class TestUpstream {
public:
    explicit TestUpstream(UpstreamOptions options, ClientTls* tls = nullptr);
    ~TestUpstream();
    TestUpstream(const TestUpstream&) = delete;
    TestUpstream& operator=(const TestUpstream&) = delete;

    // "200 body" or the error's id.
    std::string call(const std::string& method, const std::string& target,
                     const std::string& body = "");
    std::string get(const std::string& target) { return call("GET", target); }
    // The whole text of the error a call ends with; empty when it succeeds.
    std::string error_of_get(const std::string& target);

    [[nodiscard]] async::Loop& loop() { return loop_; }
    [[nodiscard]] Upstream& upstream() { return *upstream_; }
    [[nodiscard]] UpstreamStats stats() const { return upstream_->stats(); }

private:
    async::Loop loop_{"upstream"};
    async::CpuPool resolver_{1};
    std::unique_ptr<Upstream> upstream_;
};

[[nodiscard]] UpstreamOptions to_port(std::uint16_t port, const std::string& scheme = "http",
                                      const std::string& host = "127.0.0.1");
[[nodiscard]] OutRequest request(const std::string& method, const std::string& target,
                                 BodyFraming body = BodyFraming());

// The head and body of a call's answer, "200 body" or the error's id.
async::Task<std::string> read_answer(UpstreamCall& call);

}  // namespace rgw::http::test
