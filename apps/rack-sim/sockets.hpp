#pragma once

#include <cstdint>
#include <string>

#include "request.hpp"
#include "rgw/async/task.hpp"
#include "rgw/http/exchange.hpp"
#include "state.hpp"

namespace rgw::sim {

// What became of a socket, for whoever asks `/__sim/sockets`.
struct SeenSocket {
    std::string target;
    std::string command;
    std::uint64_t frames_in = 0;
    std::uint64_t frames_out = 0;
    std::uint64_t bytes_in = 0;
    std::string ended;  // "open", "close 1000 reason", "gone"
};

// Serves an opening handshake as a rack does (spec proxy-rbac §6.5): a foreign Origin is refused
// with 403, anything else is upgraded first, and errors are text frames. Data flows in text frames,
// an empty binary frame ends it, and the connection stays open after it.
//   logs   a few lines, with Follow: true one more every 100 ms
//   exec, shell, console   by the command: `echo TEXT`, `exit CODE`, `cat` (every frame back as it
//          came), `sleep SECONDS`, `stream BYTES` (4 KiB frames), `frames COUNT SIZE`, anything
//          else is a shell that repeats what is typed; the end of input ends it with exit code 0
//   proxy  every frame back as it came
async::Task<void> serve_socket(http::Exchange& exchange, const State& state, Request request,
                               bool authorized, SeenSocket& seen);

}  // namespace rgw::sim
