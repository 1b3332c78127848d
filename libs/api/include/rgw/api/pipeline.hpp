#pragma once

#include <optional>
#include <string_view>

#include "rgw/api/services.hpp"
#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/exchange.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::mfa {
struct Action;
}

namespace rgw::api {

struct Call;
struct Reply;

// The way of every request, as one ordered list of steps (docs/life-of-a-request.md). One per loop:
// it uses that loop's connections to the rack and the services all loops share.
class Pipeline final : public http::Handler {
public:
    Pipeline(Services& services, http::Upstream& rack) : services_(services), rack_(rack) {}

    async::Task<void> handle(http::Exchange& exchange) override;
    async::Task<void> on_bad_request(std::string_view peer_address, const Error& error,
                                     std::string_view partial_line) override;

private:
    async::Task<Result<void>> run_steps(Call& call);
    static Result<void> find_route(Call& call);
    // Only what the route table lists, as a session only what the handshake allows.
    static Result<void> match_rack_route(Call& call, std::string_view rack_target);
    static Result<void> check_options(Call& call);
    [[nodiscard]] Result<void> check_browser(const Call& call) const;
    [[nodiscard]] Result<void> limit_by_peer(const Call& call) const;
    async::Task<Result<void>> authenticate(Call& call);
    async::Task<Result<void>> limit_rate(const Call& call);
    [[nodiscard]] Result<void> check_form(const Call& call) const;
    [[nodiscard]] Result<void> authorise(const Call& call) const;
    async::Task<Result<void>> demand_second_factor(Call& call);
    async::Task<Result<void>> judge_factor(Call& call, std::optional<mfa::Action> action);
    [[nodiscard]] Result<void> apply_policy(const Call& call) const;
    async::Task<Result<std::string>> inspect_body(Call& call);
    async::Task<Result<void>> serve_rack_route(Call& call);
    async::Task<Result<void>> serve_gateway_route(Call& call);
    async::Task<Result<void>> answer(Call& call, Reply reply);
    async::Task<void> refuse(Call& call, Error error);

    Services& services_;
    http::Upstream& rack_;
};

}  // namespace rgw::api
