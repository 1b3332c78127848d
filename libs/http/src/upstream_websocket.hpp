#pragma once

#include <memory>
#include <string>
#include <vector>

#include "rgw/async/task.hpp"
#include "rgw/http/upstream.hpp"
#include "upstream_pool.hpp"

namespace rgw::http {

// Upstream::open_websocket(), on a pool.
async::Task<Result<WebSocketAnswer>> dial_websocket(std::shared_ptr<UpstreamPool> pool,
                                                    std::string target,
                                                    std::vector<OutField> fields,
                                                    Deadline deadline);

}  // namespace rgw::http
