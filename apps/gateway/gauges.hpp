#pragma once

#include <memory>
#include <vector>

#include "rgw/api/metrics.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/pg/pool.hpp"
#include "worker.hpp"

namespace rgw::app {

// The figures other parts keep, as metrics.
void set_gauges(const api::Metrics::Set& set, const pg::PoolStats& pool,
                const audit::AppenderStats& audit, std::size_t sessions,
                const std::vector<std::unique_ptr<Worker>>& workers);

}  // namespace rgw::app
