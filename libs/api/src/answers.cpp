#include "answers.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "rgw/base/text.hpp"

namespace rgw::api {
namespace {

constexpr std::string_view request_id_field = "X-Request-ID";
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> constant_fields = {
    {{"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "DENY"}}};

bool is_refusal_as_text(const Call& call, int status) {
    return call.destination == Destination::rack &&
           (status == 401 || status == 403 || status == 404);
}

}  // namespace

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

ErrorAnswer error_answer(const Call& call, const Error& error) {
    const ErrorInfo& entry = info(error.code);
    const std::string sentence = public_message(error);
    ErrorAnswer answer;
    answer.head.status = entry.http_status;
    add_common_fields(answer.head, call);
    answer.head.fields.push_back({"Cache-Control", "no-store"});
    answer.head.fields.push_back({"X-Error-Code", std::string(entry.id)});
    if (entry.http_status == 503 || entry.http_status == 429) {
        answer.head.fields.push_back({"Retry-After", entry.http_status == 429 ? "60" : "1"});
    }
    if (entry.http_status == 401) {
        answer.head.fields.push_back({"WWW-Authenticate", R"(Basic realm="rack-gateway")"});
        answer.head.fields.push_back({"X-Error-Reason", sentence});
    }
    if (is_refusal_as_text(call, entry.http_status)) {
        answer.head.fields.push_back({"Content-Type", "text/plain; charset=utf-8"});
        answer.body = sentence + "\n";
        return answer;
    }
    answer.head.fields.push_back({"Content-Type", "application/json; charset=utf-8"});
    answer.body = R"({"error":)";
    append_json_string(answer.body, sentence);
    answer.body += R"(,"code":)";
    append_json_string(answer.body, entry.id);
    answer.body += R"(,"request_id":)";
    append_json_string(answer.body, call.request_id);
    answer.body += "}\n";
    return answer;
}

}  // namespace rgw::api
