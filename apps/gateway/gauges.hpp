#pragma once

#include <memory>
#include <vector>

#include "rgw/api/metrics.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/pg/pool.hpp"
#include "rgw/pg/query_watch.hpp"
#include "worker.hpp"

namespace rgw::app {

// The figures other parts keep, as metrics.
void set_gauges(const api::Metrics::Set& set, const pg::PoolStats& pool,
                const audit::AppenderStats& audit, std::size_t sessions,
                const std::vector<std::unique_ptr<Worker>>& workers);

// By the name of the statement.
[[nodiscard]] std::vector<api::MetricFamily> query_metrics(
    const std::vector<pg::QueryFigures>& queries);

}  // namespace rgw::app
