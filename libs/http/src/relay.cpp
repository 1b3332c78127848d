#include "rgw/http/relay.hpp"

#include <algorithm>
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

async::Task<Result<std::uint64_t>> relay_response_body(UpstreamCall& call, BodyFraming framing,
                                                       Exchange& exchange,
                                                       std::chrono::milliseconds idle_limit) {
    // A short answer of known length needs no more memory than that.
    const bool known = framing.kind == BodyKind::none || framing.kind == BodyKind::length;
    const auto size =
        known ? static_cast<std::size_t>(std::clamp<std::uint64_t>(framing.length, 1, piece_size))
              : piece_size;
    const auto piece = std::make_unique_for_overwrite<char[]>(size);
    std::uint64_t total = 0;
    for (;;) {
        const auto got = co_await call.read_body({piece.get(), size}, idle_limit);
        if (!got) {
            co_return got.error();
        }
        if (*got == 0) {
            break;
        }
        const auto sent = co_await exchange.write({piece.get(), *got});
        if (!sent) {
            co_return sent.error();
        }
        total += *got;
    }
    const auto finished = co_await exchange.finish();
    if (!finished) {
        co_return finished.error();
    }
    co_return total;
}

}  // namespace rgw::http
