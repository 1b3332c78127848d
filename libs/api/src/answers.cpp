#include "answers.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "exit_code.hpp"
#include "rgw/base/text.hpp"
#include "rgw/http/websocket.hpp"

namespace rgw::api {
namespace {

constexpr std::string_view request_id_field = "X-Request-ID";
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> constant_fields = {
    {{"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "DENY"}}};

constexpr const char* policy_of_no_page =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

bool is_refusal_as_text(const Call& call, int status) {
    return call.destination == Destination::rack &&
           (status == 401 || status == 403 || status == 404);
}

bool is_for_the_sdk(const Call& call) {
    return call.opens_session && call.user_agent && call.user_agent->starts_with("convox.go/");
}

// The SDK takes a session without an exit code for one that succeeded.
constexpr int exit_code_of_refusal = 1;

async::Task<Result<void>> say_no(http::WebSocket& client, const Call& call,
                                 const ErrorAnswer& answer) {
    Result<void> step =
        co_await client.send(http::Opcode::text, "ERROR: " + answer.sentence + "\n");
    if (step && call.rack && tells_exit_code(*call.rack->route)) {
        const std::string exit =
            std::string(exit_code_marker) + std::to_string(exit_code_of_refusal) + "\n";
        step = co_await client.send(http::Opcode::text, exit);
    }
    if (step) {
        step = co_await client.send(http::Opcode::binary, "");  // the end of output
    }
    if (step) {
        const std::uint16_t code = answer.head.status >= 500 ? 1011 : 1008;
        step = co_await client.close({.code = code, .reason = answer.sentence});
    }
    co_return step;
}

}  // namespace

async::Task<Result<void>> send_refusal(Call& call, ErrorAnswer answer) {
    if (!is_for_the_sdk(call)) {
        const Result<void> sent =
            co_await call.exchange.respond(std::move(answer.head), answer.body);
        co_return sent;
    }
    const auto client = co_await call.exchange.accept_websocket();
    if (!client) {
        co_return client.error();
    }
    const Result<void> said = co_await say_no(**client, call, answer);
    co_return said;
}

void add_common_fields(http::OutHead& head, const Call& call) {
    head.fields.push_back({std::string(request_id_field), call.request_id});
    for (const auto& [name, value] : constant_fields) {
        head.fields.push_back({std::string(name), std::string(value)});
    }
}

bool is_common_field(std::string_view name) {
    return equals_ignoring_case(name, request_id_field) ||
           std::ranges::any_of(constant_fields, [&](const auto& field) {
               return equals_ignoring_case(name, field.first);
           });
}

void add_browser_fields(http::OutHead& head, const Site& site) {
    head.fields.push_back({"Referrer-Policy", "strict-origin-when-cross-origin"});
    head.fields.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
    head.fields.push_back({"Cross-Origin-Resource-Policy", "same-origin"});
    if (site.secure_cookies) {
        head.fields.push_back({"Strict-Transport-Security", "max-age=63072000"});
    }
    const bool has_policy = std::ranges::any_of(head.fields, [](const http::OutField& field) {
        return field.name == "Content-Security-Policy";
    });
    if (!has_policy) {
        head.fields.push_back({"Content-Security-Policy", policy_of_no_page});
    }
}

namespace {

// What clients look for in "error" instead of a sentence (spec http-api §6); "" for none.
std::string_view error_word(Errc code) {
    if (code == Errc::rate_limited) {
        return "rate limit exceeded";
    }
    const bool second_factor = code == Errc::mfa_step_up_required || code == Errc::mfa_required ||
                               code == Errc::mfa_enrollment_required ||
                               code == Errc::mfa_verification_failed ||
                               code == Errc::invalid_mfa_type;
    return second_factor ? id(code) : std::string_view();
}

void add_mfa_fields(http::OutHead& head, const Call& call, Errc code) {
    const bool rack = call.destination == Destination::rack;  // of the command line
    if (code == Errc::mfa_enrollment_required) {
        head.fields.push_back({"X-MFA-Required", "enrollment"});
    } else if (code == Errc::mfa_step_up_required || code == Errc::mfa_required) {
        const bool always = code == Errc::mfa_required;
        head.fields.push_back({"X-MFA-Required", rack ? "true" : always ? "always" : "step-up"});
        if (rack) {
            head.fields.push_back({"X-MFA-Level", always ? "always" : "step_up"});
        }
    }
}

}  // namespace

ErrorAnswer error_answer(const Call& call, const Error& error) {
    const ErrorInfo& entry = info(error.code);
    const std::string sentence = public_message(error);
    ErrorAnswer answer;
    answer.sentence = sentence;
    answer.head.status = entry.http_status;
    add_common_fields(answer.head, call);
    answer.head.fields.push_back({"Cache-Control", "no-store"});
    answer.head.fields.push_back({"X-Error-Code", std::string(entry.id)});
    if (entry.http_status == 503 || entry.http_status == 429) {
        const bool minute = error.code == Errc::peer_rate_limited;
        answer.head.fields.push_back({"Retry-After", minute ? "60" : "1"});
    }
    if (entry.http_status == 401) {
        // A browser would open a dialog of its own for this.
        if (call.destination == Destination::rack) {
            answer.head.fields.push_back({"WWW-Authenticate", R"(Basic realm="rack-gateway")"});
        }
        answer.head.fields.push_back({"X-Error-Reason", sentence});
    }
    add_mfa_fields(answer.head, call, error.code);
    const std::string_view word = error_word(error.code);
    if (is_refusal_as_text(call, entry.http_status) &&
        error.code != Errc::mfa_enrollment_required) {
        answer.head.fields.push_back({"Content-Type", "text/plain; charset=utf-8"});
        answer.body = sentence + "\n";
        return answer;
    }
    answer.head.fields.push_back({"Content-Type", "application/json; charset=utf-8"});
    answer.body = R"({"error":)";
    append_json_string(answer.body, word.empty() ? std::string_view(sentence) : word);
    if (!word.empty()) {
        answer.body += R"(,"message":)";
        append_json_string(answer.body, sentence);
    }
    answer.body += R"(,"code":)";
    append_json_string(answer.body, entry.id);
    answer.body += R"(,"request_id":)";
    append_json_string(answer.body, call.request_id);
    answer.body += "}\n";
    return answer;
}

}  // namespace rgw::api
