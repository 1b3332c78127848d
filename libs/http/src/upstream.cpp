#include "rgw/http/upstream.hpp"

#include <utility>

#include "upstream_call.hpp"
#include "upstream_pool.hpp"
#include "upstream_websocket.hpp"

namespace rgw::http {

struct Upstream::State final : UpstreamPool {
    using UpstreamPool::UpstreamPool;
};

Upstream::Upstream(async::Loop& loop, async::CpuPool& resolver, UpstreamOptions options,
                   ClientTls* tls)
    : state_(std::make_shared<State>(loop, resolver, std::move(options), tls)) {}

Upstream::~Upstream() {
    state_->close();
}

async::Task<Result<std::unique_ptr<UpstreamCall>>> Upstream::open(OutRequest request,
                                                                  Deadline deadline) {
    if (request.body.kind == BodyKind::length && request.body.length == 0) {
        request.body.kind = BodyKind::none;  // there is no first piece the head could wait for
    }
    auto call = std::make_unique<PooledCall>(state_, std::move(request));
    const Result<bool> at_once = call->start_now();
    if (!at_once) {
        co_return at_once.error();
    }
    if (!*at_once) {
        const Result<void> started = co_await call->start(deadline);
        if (!started) {
            co_return started.error();
        }
    }
    co_return std::unique_ptr<UpstreamCall>(std::move(call));
}

async::Task<Result<WebSocketAnswer>> Upstream::open_websocket(std::string target,
                                                              std::vector<OutField> fields,
                                                              Deadline deadline) {
    return dial_websocket(state_, std::move(target), std::move(fields), deadline);
}

UpstreamStats Upstream::stats() const {
    return state_->stats();
}

void Upstream::close() {
    state_->close();
}

}  // namespace rgw::http
