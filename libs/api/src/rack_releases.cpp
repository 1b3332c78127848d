#include "rack_releases.hpp"

#include <utility>

#include "env_turn.hpp"
#include "rack_answer.hpp"
#include "rack_request.hpp"
#include "rgw/rack/release_env.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds read_timeout{10};

}  // namespace

async::Task<Result<AppEnv>> RackReleases::load_newest() {
    const Result<std::string> list = co_await get(path_ + "?limit=1");
    if (!list) {
        co_return list.error();
    }
    const auto newest = rack::newest_release_id(*list);
    if (!newest) {
        co_return newest.error();
    }
    if (!*newest) {
        co_return AppEnv();
    }
    Result<Secret> text = co_await load_env(**newest);
    if (!text) {
        co_return text.error();
    }
    co_return AppEnv{.release = **newest, .text = std::move(*text)};
}

async::Task<Result<Secret>> RackReleases::load_env(std::string release) {
    const Result<std::string> answer = co_await get(path_ + "/" + release);
    if (!answer) {
        co_return answer.error();
    }
    co_return rack::release_env(*answer, release);
}

async::Task<Result<std::string>> RackReleases::create(std::string form) {
    http::OutRequest request{.method = "POST",
                             .target = path_,
                             .fields = gateway_fields(call_, services_.rack),
                             .body = {.kind = http::BodyKind::length, .length = form.size()}};
    request.fields.push_back({"Content-Type", std::string(form_type)});
    auto opened = co_await rack_.open(std::move(request), deadline_in(read_timeout));
    if (!opened) {
        co_return opened.error();
    }
    call_.rack_may_act = true;
    call_.rack_acted = true;
    const Result<void> written = co_await (*opened)->write_body(form);
    if (!written) {
        co_return written.error();
    }
    const Result<std::string> answer = co_await answer_of(**opened, env_create_timeout);
    if (!answer) {
        co_return answer.error();
    }
    co_return rack::created_release_id(*answer);
}

async::Task<Result<std::string>> RackReleases::get(std::string target) {
    http::OutRequest request{.method = "GET",
                             .target = std::move(target),
                             .fields = gateway_fields(call_, services_.rack),
                             .body = {}};
    auto opened = co_await rack_.open(std::move(request), deadline_in(read_timeout));
    if (!opened) {
        co_return opened.error();
    }
    Result<std::string> answer = co_await answer_of(**opened, read_timeout);
    co_return answer;
}

// What a rack says no with may quote an environment: only its status is looked at.
async::Task<Result<std::string>> RackReleases::answer_of(http::UpstreamCall& opened,
                                                         std::chrono::milliseconds limit) {
    const Result<http::ResponseHead> head = co_await opened.read_head(limit);
    if (!head) {
        co_return head.error();
    }
    call_.rack_may_act = false;
    call_.rack_acted = call_.rack_acted && head->status < 300;
    if (head->status == 401) {
        co_return Errc::rack_credential_refused;
    }
    if (head->status == 404) {
        co_return Error(Errc::not_found, "the rack knows no such app");
    }
    if (head->status != 200) {
        co_return Error(Errc::rack_answer_invalid,
                        "the rack answered a question about releases with status " +
                            std::to_string(head->status));
    }
    Result<std::string> body = co_await read_json_answer(opened, *head, read_timeout);
    co_return body;
}

}  // namespace rgw::api
