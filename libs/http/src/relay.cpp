#include "rgw/http/relay.hpp"

#include <memory>

namespace rgw::http {
namespace {

// Measured: 64 KiB cost a fifth more per byte, because they leave the nearest caches between being
// read and being written; splice(2) gains nothing over this.
constexpr std::size_t piece_size = 32 * 1024;

}  // namespace

async::Task<Result<std::uint64_t>> relay_request_body(Exchange& exchange, UpstreamCall& call) {
    const auto piece = std::make_unique_for_overwrite<char[]>(piece_size);
    std::uint64_t total = 0;
    for (;;) {
        const auto got = co_await exchange.read_body({piece.get(), piece_size});
        if (!got) {
            co_return got.error();
        }
        if (*got == 0) {
            break;
        }
        const auto sent = co_await call.write_body({piece.get(), *got});
        if (!sent) {
            co_return sent.error();
        }
        total += *got;
    }
    const auto finished = co_await call.finish_body();
    if (!finished) {
        co_return finished.error();
    }
    co_return total;
}

}  // namespace rgw::http
