#include "creations.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "rack_answer.hpp"
#include "rgw/api/metrics.hpp"
#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "rgw/identity/creator_store.hpp"

namespace rgw::api {
namespace {

constexpr std::size_t most_bytes = 64UL * 1024;
constexpr std::chrono::seconds patience{5};

bool is_success(int status) {
    return status >= 200 && status < 300;
}

// Anything else is passed on without a look.
bool is_small_json(const http::ResponseHead& head) {
    return is_plain(head, "application/json") &&
           (head.body.kind != http::BodyKind::length || head.body.length <= most_bytes);
}

void name_created(Call& call, std::string_view created) {
    std::string text;
    append_json_string(text, created);
    call.add_detail("created", text);
}

async::Task<Result<void>> record_all(Services& services, Call& call,
                                     std::vector<rack::Resource> created) {
    if (created.empty()) {
        co_return Result<void>();
    }
    name_created(call, created.front().id);
    const Deadline deadline = deadline_in(patience);
    for (rack::Resource& each : created) {
        const Result<void> recorded = co_await services.creators.record(
            call.principal->user_id,
            {.type = std::move(each.type), .app = std::move(each.app), .id = std::move(each.id)},
            deadline);
        if (!recorded) {
            co_return recorded;
        }
    }
    co_return Result<void>();
}

async::Task<Result<void>> record_release(Services& services, const rack::Match& match,
                                         std::string release) {
    if (release.empty()) {
        co_return Result<void>();
    }
    const Result<void> recorded = co_await services.creators.record_release_of_build(
        std::string(match.param("app")), std::string(match.param("id")), std::move(release),
        deadline_in(patience));
    co_return recorded;
}

async::Task<Result<void>> apply(Services& services, Call& call, rack::CreatorRule rule,
                                std::string_view body) {
    const rack::Match& match = *call.rack;
    Result<void> done;
    switch (rule) {
        case rack::CreatorRule::none:
            break;
        case rack::CreatorRule::app_deleted:
            done = co_await services.creators.forget_app(std::string(match.param("app")),
                                                         deadline_in(patience));
            break;
        case rack::CreatorRule::release_of_build:
            done = co_await record_release(services, match, rack::release_of_build(match, body));
            break;
        case rack::CreatorRule::app:
        case rack::CreatorRule::build:
        case rack::CreatorRule::release:
        case rack::CreatorRule::object:
        case rack::CreatorRule::process:
            done = co_await record_all(services, call, rack::created_resources(match, body));
            break;
    }
    co_return done;
}

void tell_unrecorded(Services& services, const Call& call, const Result<void>& recorded) {
    if (!recorded) {
        services.metrics.count_unrecorded_creator();
        log::warn("who created something is not recorded",
                  {{"request_id", call.request_id}, {"error", describe(recorded.error())}});
    }
}

}  // namespace

async::Task<Result<void>> note_creations(Services& services, Call& call,
                                         const http::ResponseHead& head, AnswerBody& body) {
    std::string_view whole;
    if (is_success(head.status) && is_small_json(head) &&
        rack::is_told_by_body(rack::creator_rule(*call.rack->route))) {
        const Result<std::string_view> read = co_await body.read_whole(most_bytes);
        if (!read) {
            co_return read.error();
        }
        whole = *read;
    }
    co_await note_creations(services, call, head.status, whole);
    co_return Result<void>();
}

async::Task<void> note_creations(Services& services, Call& call, int status,
                                 std::string_view body) {
    const rack::CreatorRule rule = rack::creator_rule(*call.rack->route);
    if (rule == rack::CreatorRule::none || !is_success(status)) {
        co_return;
    }
    const Result<void> done = co_await apply(services, call, rule, body);
    tell_unrecorded(services, call, done);
}

async::Task<void> note_created(Services& services, Call& call,
                               std::vector<rack::Resource> created) {
    const Result<void> done = co_await record_all(services, call, std::move(created));
    tell_unrecorded(services, call, done);
}

}  // namespace rgw::api
