#pragma once

#include "rgw/http/exchange.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::http::test {

// A bare reverse proxy: everything goes to one upstream, streamed both ways at once.
class ProxyHandler final : public Handler {
public:
    explicit ProxyHandler(Upstream& upstream) : upstream_(upstream) {}

    async::Task<void> handle(Exchange& exchange) override;
    async::Task<void> on_bad_request(std::string_view peer, const Error& error,
                                     std::string_view line) override;

private:
    async::Task<void> answer(Exchange& exchange, UpstreamCall& call);

    Upstream& upstream_;
};

}  // namespace rgw::http::test
