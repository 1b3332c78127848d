#include "rack_answer.hpp"

#include <span>
#include <vector>

#include "rgw/base/text.hpp"

namespace rgw::api {
namespace {

constexpr std::size_t piece_bytes = 32UL * 1024;
constexpr std::size_t most_bytes = 8UL * 1024 * 1024;

}  // namespace

bool is_plain(const http::ResponseHead& head, std::string_view wanted_type) {
    const auto type = head.find("Content-Type");
    return type && to_lower(trim(type->substr(0, type->find(';')))) == wanted_type &&
           !head.find("Content-Encoding");
}

async::Task<Result<std::string>> read_json_answer(http::UpstreamCall& call,
                                                  const http::ResponseHead& head,
                                                  std::chrono::milliseconds idle_limit) {
    if (!is_plain(head, "application/json")) {
        co_return Error(Errc::rack_answer_invalid,
                        "a release answer that is not plain JSON is not relayed");
    }
    std::string body;
    std::vector<char> piece(piece_bytes);
    while (true) {
        const Result<std::size_t> read = co_await call.read_body(piece, idle_limit);
        if (!read) {
            co_return read.error();
        }
        if (*read == 0) {
            co_return body;
        }
        if (body.size() + *read > most_bytes) {
            co_return Error(Errc::rack_answer_invalid,
                            "a release answer is too large to be masked");
        }
        body.append(piece.data(), *read);
    }
}

}  // namespace rgw::api
