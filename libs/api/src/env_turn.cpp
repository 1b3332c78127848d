#include "env_turn.hpp"

#include <algorithm>
#include <utility>

#include "rgw/base/log.hpp"
#include "rgw/rack/env_change_store.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::chrono::milliseconds first_pause{20};
constexpr std::chrono::milliseconds longest_pause{250};

}  // namespace

async::Task<Result<void>> begin_env_turn(Services& services, Call& call, std::string app) {
    const Deadline deadline = deadline_in(patience);
    for (auto pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
        const Result<bool> begun =
            co_await services.env_changes.begin(app, call.request_id, env_turn_lifetime, deadline);
        if (!begun) {
            co_return begun.error();
        }
        if (*begun) {
            call.env_turn = std::move(app);
            co_return Result<void>();
        }
        if (std::chrono::steady_clock::now() + pause > deadline) {
            co_return Error(Errc::env_conflict,
                            "the environment of " + app +
                                " is being changed by somebody else; try again in a moment");
        }
        co_await async::sleep_for(pause);
    }
}

async::Task<void> end_env_turn(Services& services, const Call& call) {
    if (call.env_turn.empty() || call.rack_may_act) {
        co_return;
    }
    const Result<void> ended =
        co_await services.env_changes.end(call.env_turn, call.request_id, deadline_in(patience));
    if (!ended) {
        log::warn("the end of a change of an environment could not be told to other replicas",
                  {{"request_id", call.request_id}, {"error", describe(ended.error())}});
    }
}

}  // namespace rgw::api
