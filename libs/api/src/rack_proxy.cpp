#include "rack_proxy.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "answer_body.hpp"
#include "answers.hpp"
#include "creations.hpp"
#include "env_turn.hpp"
#include "mask_answer.hpp"
#include "quoted_env.hpp"
#include "rack_answer.hpp"
#include "rack_request.hpp"
#include "rgw/base/log.hpp"
#include "rgw/base/text.hpp"
#include "rgw/http/relay.hpp"
#include "rgw/rack/headers.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds open_timeout{15};
constexpr std::string_view untold_error =
    "the rack refused this; what it says may hold values and is not shown\n";

// A rack may name hop-by-hop fields in several Connection lines.
bool passes_to_client(const http::ResponseHead& head, std::string_view name) {
    const auto denies = [&](const http::Field& field) {
        return equals_ignoring_case(field.name, "Connection") &&
               !rack::passes_to_client(name, field.value);
    };
    return rack::passes_to_client(name, std::nullopt) && !is_common_field(name) &&
           std::ranges::none_of(head.fields, denies);
}

// Towards a browser these are the gateway's to say: a page of the rack's must not run in its name.
bool is_page_policy(std::string_view name) {
    return equals_ignoring_case(name, "Content-Security-Policy") ||
           equals_ignoring_case(name, "Cache-Control");
}

std::optional<std::uint64_t> known_length(const http::BodyFraming& body) {
    switch (body.kind) {
        case http::BodyKind::none:
            return 0;
        case http::BodyKind::length:
            return body.length;
        case http::BodyKind::chunked:
        case http::BodyKind::until_close:
            return std::nullopt;
    }
    return std::nullopt;
}

// How a rack says no: there is no release in it to mask. Any other answer must be maskable.
bool is_error_text(const http::ResponseHead& head) {
    return head.status >= 400 && is_plain(head, "text/plain");
}

}  // namespace

async::Task<Result<void>> RackProxy::run(std::string inspected_body) {
    Result<void> done;
    try {
        done = co_await exchange_with_rack(inspected_body);
    } catch (const std::exception& e) {
        done = Error(Errc::internal, e.what());
    }
    call_.exchange.when_client_leaves({});
    if (!done && !client_) {
        done = client_;  // the rack's connection was lost because we cut it
    }
    if (!done) {
        const Result<void> closed = co_await entry_.close(outcome_of_error(done.error(), sent_));
        if (!closed) {
            done = closed;
        }
    }
    co_return done;
}

async::Task<void> RackProxy::end_upload() {
    if (upload_.active() > 0) {
        rack_call_->abort();
    }
    co_await upload_.join();
}

void RackProxy::give_up_when_client_leaves() {
    call_.exchange.when_client_leaves([this] {
        client_ = Errc::client_gone;
        rack_call_->abort();
    });
}

LiveSessions::Lease RackProxy::hold_lease() {
    const rack::Kind kind = call_.rack->route->kind;
    if (kind != rack::Kind::stream && kind != rack::Kind::upload) {
        return {};
    }
    return services_.sessions.open(call_.exchange.loop(), call_.principal,
                                   call_.rack->route->permission, [this](const Error& why) {
                                       client_ = why;
                                       rack_call_->abort();
                                   });
}

async::Task<Result<void>> RackProxy::exchange_with_rack(const std::string& inspected_body) {
    auto opened = co_await rack_.open(build_request(inspected_body), deadline_in(open_timeout));
    if (!opened) {
        co_return opened.error();
    }
    rack_call_ = std::move(opened.value());
    sent_ = Sent::yes;
    call_.rack_may_act = true;
    if (call_.env_turn.empty()) {  // others wait for the end of a change of an environment
        give_up_when_client_leaves();
    }
    const LiveSessions::Lease lease = hold_lease();
    if (!inspected_body.empty()) {
        const Result<void> written = co_await rack_call_->write_body(inspected_body);
        if (!written) {
            co_return written;
        }
    } else if (sends_client_body()) {
        upload_.spawn(upload());
    }
    const Result<http::ResponseHead> head = co_await rack_call_->read_head(head_timeout());
    if (!head) {
        co_return head.error();
    }
    call_.rack_may_act = false;
    if (head->status == 401) {
        co_return Errc::rack_credential_refused;
    }
    const Result<void> answered = co_await answer(head.value());
    co_return answered;
}

std::chrono::milliseconds RackProxy::head_timeout() const {
    const auto longest = is_read() ? services_.rack.read_timeout : services_.rack.action_timeout;
    return call_.env_turn.empty()
               ? longest
               : std::min(longest, std::chrono::milliseconds(env_create_timeout));
}

bool RackProxy::sends_client_body() const {
    const http::BodyFraming& body = call_.exchange.head().body;
    return call_.rack->route->body == rack::BodyRule::stream &&
           (body.kind == http::BodyKind::chunked ||
            (body.kind == http::BodyKind::length && body.length > 0));
}

http::OutRequest RackProxy::build_request(const std::string& inspected_body) const {
    const rack::Route& route = *call_.rack->route;
    http::OutRequest request{.method = std::string(route.method),
                             .target = rack_target(call_),
                             .fields = rack_fields(call_, services_.rack),
                             .body = {}};
    if (!inspected_body.empty()) {
        request.body = {.kind = http::BodyKind::length, .length = inspected_body.size()};
        if (call_.exchange.head().count("Content-Type") == 0) {  // the web app's query
            request.fields.push_back({"Content-Type", "application/x-www-form-urlencoded"});
        }
    } else if (sends_client_body()) {
        request.body = call_.exchange.head().body;
    }
    return request;
}

async::Task<void> RackProxy::upload() {
    const Result<std::uint64_t> sent =
        co_await http::relay_request_body(call_.exchange, *rack_call_);
    // What goes wrong with the rack shows when its answer is read.
    if (!sent && !id(sent.error().code).starts_with("rack_")) {
        client_ = Error(Errc::client_gone, describe(sent.error()));
        rack_call_->abort();
    }
}

http::OutHead RackProxy::build_answer(const http::ResponseHead& head) {
    http::OutHead out;
    out.status = head.status;
    const bool by_browser = call_.destination == Destination::rack_by_browser;
    call_.answered_status = head.status;
    for (const http::Field& field : head.fields) {
        if (passes_to_client(head, field.name) && !(by_browser && is_page_policy(field.name))) {
            out.fields.push_back({std::string(field.name), std::string(field.value)});
        }
    }
    add_common_fields(out, call_);
    if (by_browser) {
        add_browser_fields(out, services_.site);
        out.fields.push_back({"Cache-Control", "no-store"});
    }
    return out;
}

async::Task<Result<void>> RackProxy::answer(const http::ResponseHead& head) {
    // The rack was sent values its caller was never shown, and an error may quote them.
    if (!call_.env_turn.empty() && head.status >= 400) {
        const Result<void> told = co_await tell_error(head.status, untold_error);
        co_return told;
    }
    if (may_quote_env(call_, head)) {
        const Result<std::string> text =
            co_await read_without_env(services_, rack_, call_, *rack_call_, head);
        if (!text) {
            log::warn("why a promotion failed is not shown",
                      {{"request_id", call_.request_id}, {"error", describe(text.error())}});
        }
        const Result<void> told =
            co_await tell_error(head.status, text ? std::string_view(*text) : untold_error);
        co_return told;
    }
    if (call_.rack->route->answer == rack::AnswerRule::mask_release_env && !is_error_text(head)) {
        const Result<void> masked = co_await relay_masked(head);
        co_return masked;
    }
    const Result<void> relayed = co_await relay(head);
    co_return relayed;
}

// A read's one event is durable before its first byte is released. A mutating call's outcome is
// durable before the last byte of a counted answer, or before the end mark of an uncounted one.
async::Task<Result<void>> RackProxy::relay(const http::ResponseHead& head) {
    AnswerBody body(*rack_call_, head.body, services_.rack.idle_timeout);
    const Result<void> noted = co_await note_creations(services_, call_, head, body);
    if (!noted) {
        co_return noted;
    }
    const Outcome outcome = outcome_of_status(head.status);
    if (is_read()) {
        const Result<void> recorded = co_await entry_.close(outcome);
        if (!recorded) {
            co_return recorded;
        }
    }
    const std::optional<std::uint64_t> length = known_length(head.body);
    const bool is_head = call_.rack->route->method == "HEAD";
    Result<void> step = co_await call_.exchange.begin(build_answer(head), length);
    std::uint64_t received = 0;
    while (step && !is_head) {
        const auto piece = co_await body.next();
        if (!piece) {
            co_return piece.error();
        }
        if (piece->empty()) {
            break;
        }
        received += piece->size();
        if (length && received == *length) {
            step = co_await entry_.close(outcome);
            if (!step) {
                co_return step;
            }
        }
        step = co_await call_.exchange.write(*piece);
    }
    // The rack did answer, even where the client did not stay to hear it.
    const Result<void> recorded = co_await entry_.close(outcome);
    if (!recorded) {
        co_return recorded;
    }
    if (!step) {
        co_return Error(Errc::client_gone, describe(step.error()));
    }
    const Result<void> finished = co_await call_.exchange.finish();
    co_return finished;
}

async::Task<Result<void>> RackProxy::tell_error(int status, std::string_view text) {
    const Result<void> recorded = co_await entry_.close(outcome_of_status(status));
    if (!recorded) {
        co_return recorded;
    }
    call_.answered_status = status;
    http::OutHead head;
    head.status = status;
    head.fields.push_back({"Content-Type", "text/plain; charset=utf-8"});
    add_common_fields(head, call_);
    const Result<void> answered = co_await call_.exchange.respond(std::move(head), text);
    co_return answered;
}

async::Task<Result<void>> RackProxy::relay_masked(const http::ResponseHead& head) {
    Result<std::string> body =
        co_await read_json_answer(*rack_call_, head, services_.rack.idle_timeout);
    if (!body) {
        co_return body.error();
    }
    co_await note_creations(services_, call_, head.status, *body);
    const Result<std::string> masked =
        co_await mask_answer(services_, call_, std::move(body.value()));
    if (!masked) {
        co_return masked.error();
    }
    const Result<void> recorded = co_await entry_.close(outcome_of_status(head.status));
    if (!recorded) {
        co_return recorded;
    }
    const Result<void> answered =
        co_await call_.exchange.respond(build_answer(head), masked.value());
    co_return answered;
}

}  // namespace rgw::api
