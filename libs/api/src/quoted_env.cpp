#include "quoted_env.hpp"

#include <string_view>

#include "answer_body.hpp"
#include "rack_answer.hpp"
#include "rack_releases.hpp"
#include "release_env.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::api {
namespace {

constexpr std::size_t most_bytes = 64UL * 1024;

}  // namespace

bool may_quote_env(const Call& call, const http::ResponseHead& head) {
    return head.status >= 400 &&
           call.rack->route->permission == access::Permission::convox_release_promote;
}

async::Task<Result<std::string>> read_without_env(Services& services, http::Upstream& rack,
                                                  Call& call, http::UpstreamCall& answer,
                                                  const http::ResponseHead& head) {
    if (!is_plain(head, "text/plain")) {
        co_return Error(Errc::rack_answer_invalid, "why a promotion failed is no plain text");
    }
    AnswerBody body(answer, head.body, services.rack.idle_timeout);
    const Result<std::string_view> text = co_await body.read_whole(most_bytes);
    if (!text) {
        co_return text.error();
    }
    if (text->empty()) {
        co_return Error(Errc::rack_answer_invalid, "why a promotion failed is too long, or empty");
    }
    const std::string said(*text);
    const std::string_view path = call.rack->path;
    const std::string releases(path.substr(0, path.find("/releases/") + 9));
    RackReleases of_app(services, rack, call, releases);
    const Result<Secret> env = co_await of_app.load_env(std::string(call.rack->param("id")));
    if (!env) {
        co_return env.error();
    }
    const auto policy = services.policy.current();
    co_return rack::hide_env_values(said, env->expose(), env_view(call, *policy));
}

}  // namespace rgw::api
