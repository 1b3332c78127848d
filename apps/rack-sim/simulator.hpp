#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "request.hpp"
#include "rgw/base/secret.hpp"
#include "rgw/http/exchange.hpp"
#include "sockets.hpp"
#include "state.hpp"

namespace rgw::sim {

struct Answer {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::vector<http::OutField> fields;
};

[[nodiscard]] Answer ok();  // the text "ok" of a command without result
[[nodiscard]] Answer json_answer(const boost::json::value& value);
[[nodiscard]] Answer failure(int status, const std::string& text);

// What the next calls run into; see README.
struct Fault {
    std::string kind;
    int status = 500;
    int count = 0;
    int after = 0;  // calls that are still served well
    std::vector<http::OutField> fields;
    std::string body;
};

struct Seen {
    std::string method;
    std::string target;
    std::vector<http::OutField> fields;
    std::uint64_t body_bytes = 0;
};

class Simulator final : public http::Handler {
public:
    Simulator(std::string user, Secret password)
        : user_(std::move(user)), password_(std::move(password)) {}

    async::Task<void> handle(http::Exchange& exchange) override;
    async::Task<void> on_bad_request(std::string_view peer, const Error& error,
                                     std::string_view line) override;

private:
    async::Task<Result<void>> serve(http::Exchange& exchange);
    async::Task<Result<void>> serve_rack(http::Exchange& exchange, Request& request);
    async::Task<Result<void>> serve_control(http::Exchange& exchange, const Request& request);
    // Takes the next answer, its fields and its body, from the request.
    async::Task<Result<void>> plan_answer(http::Exchange& exchange, const Request& request);
    async::Task<Result<void>> serve_fault(http::Exchange& exchange, const Fault& fault);
    async::Task<Result<std::uint64_t>> count_body(http::Exchange& exchange);
    async::Task<Result<void>> store_object(http::Exchange& exchange, const std::string& app,
                                           const std::string& key);
    async::Task<Result<void>> stream_bytes(http::Exchange& exchange, std::uint64_t count,
                                           std::string content_type);
    [[nodiscard]] bool is_authorized(const Request& request) const;
    [[nodiscard]] boost::json::array seen_as_json() const;
    [[nodiscard]] boost::json::array sockets_as_json() const;

    std::string user_;
    Secret password_;
    State state_;
    Fault fault_;
    std::deque<Seen> seen_;
    std::deque<SeenSocket> sockets_;  // a deque: sockets that go on keep their place
};

// The answer to a rack route whose body (if any) was read as a form; 404 with an empty body
// otherwise.
[[nodiscard]] Answer answer_rack_route(State& state, const Request& request);

// The answer to one of the rack's less used routes.
[[nodiscard]] std::optional<Answer> answer_plain_route(const Request& request);

async::Task<Result<void>> send(http::Exchange& exchange, Answer answer);

}  // namespace rgw::sim
