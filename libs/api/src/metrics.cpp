#include "rgw/api/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <limits>
#include <utility>

namespace rgw::api {
namespace {

constexpr std::size_t status_classes = 5;  // 1xx … 5xx

void set_number(prometheus::Registry& registry, const std::string& name, const std::string& help,
                double value) {
    if (name.ends_with("_total")) {
        prometheus::Counter& counter =
            prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
        counter.Increment(value - counter.Value());
    } else {
        prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({}).Set(value);
    }
}

prometheus::ClientMetric::Histogram histogram_of(const MetricFamily& family,
                                                 const MetricFamily::Member& member) {
    prometheus::ClientMetric::Histogram histogram;
    histogram.sample_sum = member.value;
    for (std::size_t i = 0; i < member.counts.size(); ++i) {
        histogram.sample_count += member.counts[i];
        const double bound =
            i < family.bounds.size() ? family.bounds[i] : std::numeric_limits<double>::infinity();
        histogram.bucket.push_back({histogram.sample_count, bound});
    }
    return histogram;
}

prometheus::MetricFamily shown(const MetricFamily& family) {
    const bool counter = family.kind == MetricFamily::Kind::counter;
    prometheus::MetricFamily out;
    out.name = family.name;
    out.help = family.help;
    out.type = counter ? prometheus::MetricType::Counter : prometheus::MetricType::Histogram;
    for (const MetricFamily::Member& member : family.members) {
        prometheus::ClientMetric metric;
        for (const auto& [name, value] : member.labels) {
            metric.label.push_back({name, value});
        }
        if (counter) {
            metric.counter.value = member.value;
        } else {
            metric.histogram = histogram_of(family, member);
        }
        out.metric.push_back(std::move(metric));
    }
    return out;
}

}  // namespace

struct Metrics::State {
    prometheus::Registry registry;
    std::array<prometheus::Counter*, status_classes> requests{};
    std::array<prometheus::Counter*, static_cast<std::size_t>(Errc::internal) + 1> refusals{};
    prometheus::Histogram* duration = nullptr;
    prometheus::Counter* unrecorded_creators = nullptr;
    std::function<void(const Set&)> collect;
    std::function<std::vector<MetricFamily>()> collect_families;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {
    auto& requests = prometheus::BuildCounter()
                         .Name("rack_gateway_requests_total")
                         .Help("Requests answered, by class of status")
                         .Register(state_->registry);
    for (std::size_t i = 0; i < status_classes; ++i) {
        state_->requests[i] = &requests.Add({{"status", std::to_string(i + 1) + "xx"}});
    }
    auto& refusals = prometheus::BuildCounter()
                         .Name("rack_gateway_refusals_total")
                         .Help("Requests refused or failed, by reason code")
                         .Register(state_->registry);
    for (std::size_t i = 0; i < state_->refusals.size(); ++i) {
        state_->refusals[i] = &refusals.Add({{"reason", std::string(id(static_cast<Errc>(i)))}});
    }
    auto& unrecorded_creators = prometheus::BuildCounter()
                                    .Name("rack_gateway_creators_unrecorded_total")
                                    .Help("Answers whose creations could not be recorded")
                                    .Register(state_->registry);
    state_->unrecorded_creators = &unrecorded_creators.Add({});
    auto& duration = prometheus::BuildHistogram()
                         .Name("rack_gateway_request_duration_seconds")
                         .Help("From the request's head to the end of its answer")
                         .Register(state_->registry);
    state_->duration = &duration.Add(
        {}, prometheus::Histogram::BucketBoundaries{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                    0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60});
}

Metrics::~Metrics() = default;

void Metrics::count_request(int http_status, std::chrono::nanoseconds took) {
    const int status_class = http_status / 100;
    if (status_class >= 1 && status_class <= static_cast<int>(status_classes)) {
        state_->requests[static_cast<std::size_t>(status_class) - 1]->Increment();
    }
    state_->duration->Observe(std::chrono::duration<double>(took).count());
}

void Metrics::count_refusal(Errc reason) {
    state_->refusals[static_cast<std::size_t>(reason)]->Increment();
}

void Metrics::count_unrecorded_creator() {
    state_->unrecorded_creators->Increment();
}

void Metrics::on_collect(std::function<void(const Set&)> collect) {
    state_->collect = std::move(collect);
}

void Metrics::on_collect_families(std::function<std::vector<MetricFamily>()> collect) {
    state_->collect_families = std::move(collect);
}

std::string Metrics::text() {
    if (state_->collect) {
        state_->collect([this](const std::string& name, const std::string& help, double value) {
            set_number(state_->registry, name, help, value);
        });
    }
    std::vector<prometheus::MetricFamily> all = state_->registry.Collect();
    if (state_->collect_families) {
        for (const MetricFamily& family : state_->collect_families()) {
            if (!family.members.empty()) {
                all.push_back(shown(family));
            }
        }
    }
    return prometheus::TextSerializer().Serialize(all);
}

async::Task<void> MetricsHandler::handle(http::Exchange& exchange) {
    const std::string_view target = exchange.head().target;
    http::OutHead head;
    head.fields.push_back({"Content-Type", "text/plain; version=0.0.4; charset=utf-8"});
    std::string body;
    if (exchange.head().method == "GET" && target == "/metrics") {
        body = metrics_.text();
    } else {
        head.status = 404;
        body = "Ask for GET /metrics\n";
    }
    // The scraper's connection is its own business: a failed answer has no other effect.
    [[maybe_unused]] const Result<void> answered = co_await exchange.respond(std::move(head), body);
}

async::Task<void> MetricsHandler::on_bad_request(std::string_view, const Error& error,
                                                 std::string_view) {
    metrics_.count_refusal(error.code);
    co_return;
}

}  // namespace rgw::api
