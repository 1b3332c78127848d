#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "connection_state.hpp"

namespace rgw::pg {

// What one message of the pipeline will be answered with.
struct Step {
    std::size_t item;
    bool prepares;
};

// Queues the statements of a batch, each prepared before its first use, and one Sync. Nothing: the
// connection refused it.
[[nodiscard]] std::optional<std::vector<Step>> send_batch(Connection::State& state,
                                                          const Batch& batch);

// Takes the answers to those steps. The first error counts; what follows it did not run.
async::Task<Result<std::vector<Rows>>> collect_answers(Connection::State& state, const Batch& batch,
                                                       const std::vector<Step>& steps);

}  // namespace rgw::pg
