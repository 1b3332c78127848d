#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rgw/base/error.hpp"
#include "rgw/http/exchange.hpp"

namespace rgw::api {

// One name counted elsewhere for each value of its labels.
struct MetricFamily {
    enum class Kind : std::uint8_t { counter, histogram };
    struct Member {
        std::vector<std::pair<std::string, std::string>> labels;
        double value = 0;                   // the sum, of a histogram
        std::vector<std::uint64_t> counts;  // for each bound, and one beyond them
    };
    std::string name;
    std::string help;
    Kind kind = Kind::counter;
    std::vector<double> bounds;
    std::vector<Member> members;
};

// The process's Prometheus metrics. Counting is thread-safe and takes no lock; gauges of other
// parts (pool, appender, listeners) are read by `collect` when somebody asks.
class Metrics {
public:
    Metrics();
    ~Metrics();

    void count_request(int http_status, std::chrono::nanoseconds took);
    void count_refusal(Errc reason);
    void count_unrecorded_creator();

    // Sets gauges just before the text is written: called with set(name, help, value). What is
    // called …_total is a counter.
    using Set = std::function<void(const std::string& name, const std::string& help, double value)>;
    void on_collect(std::function<void(const Set&)> collect);
    void on_collect_families(std::function<std::vector<MetricFamily>()> collect);

    // The Prometheus text exposition format 0.0.4.
    [[nodiscard]] std::string text();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// GET /metrics on a listener of its own, loopback by default.
class MetricsHandler final : public http::Handler {
public:
    explicit MetricsHandler(Metrics& metrics) : metrics_(metrics) {}
    async::Task<void> handle(http::Exchange& exchange) override;
    async::Task<void> on_bad_request(std::string_view peer_address, const Error& error,
                                     std::string_view partial_line) override;

private:
    Metrics& metrics_;
};

}  // namespace rgw::api
