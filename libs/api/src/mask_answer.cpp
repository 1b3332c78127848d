#include "mask_answer.hpp"

#include <utility>

#include "release_env.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::api {
namespace {

constexpr std::size_t most_bytes_in_place = 64UL * 1024;  // a tenth of a millisecond

}  // namespace

async::Task<Result<std::string>> mask_answer(Services& services, const Call& call,
                                             std::string body) {
    const bool is_long = body.size() > most_bytes_in_place;
    // The view refers to the policy. The work owns both: it runs on even if nobody waits any more.
    auto policy = services.policy.current();
    const rack::EnvView view = env_view(call, *policy);
    auto work = [body = std::move(body), policy = std::move(policy), view] {
        return rack::mask_release_env(body, view);
    };
    if (!is_long) {
        co_return work();
    }
    Result<std::string> masked = co_await services.cpu.run(std::move(work));
    co_return masked;
}

}  // namespace rgw::api
