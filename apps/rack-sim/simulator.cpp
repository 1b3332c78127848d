#include "simulator.hpp"

#include "json_text.hpp"
#include "rgw/crypto/encoding.hpp"

namespace rgw::sim {
namespace {

namespace json = boost::json;

constexpr std::size_t form_bytes = 4UL * 1024 * 1024;
constexpr std::size_t remembered_requests = 10'000;
constexpr std::uint64_t usual_download_bytes = 1024UL * 1024;

// What answers a GET with a stream of bytes.
bool is_download(const Request& request, std::vector<std::string>& params) {
    const auto& path = request.segments;
    return request.method == "GET" &&
           ((matches("/apps/{app}/builds/{id}", path, params) && params[1].ends_with(".tgz")) ||
            matches("/apps/{app}/resources/{name}/data", path, params) ||
            matches("/apps/{app}/processes/{pid}/files", path, params) ||
            matches("/apps/{app}/objects/{key*}", path, params));
}

bool is_import(const Request& request) {
    std::vector<std::string> params;
    return request.method == "POST" &&
           matches("/apps/{app}/builds/import", request.segments, params);
}

// What else takes a stream of bytes, objects aside.
bool is_upload(const Request& request, std::vector<std::string>& params) {
    const auto& path = request.segments;
    return (request.method == "POST" &&
            matches("/apps/{app}/processes/{pid}/files", path, params)) ||
           (request.method == "PUT" && matches("/apps/{app}/resources/{name}/data", path, params));
}

// An object's own size where one was stored, "sized-N" for N bytes, else a mebibyte.
std::uint64_t download_bytes(const State& state, const std::vector<std::string>& params) {
    constexpr std::string_view sized = "sized-";
    const std::string& name = params.back();
    const auto app = state.apps.find(params.front());
    if (app != state.apps.end() && app->second.objects.contains(name)) {
        return app->second.objects.at(name);
    }
    return name.starts_with(sized) ? std::stoull(name.substr(sized.size())) : usual_download_bytes;
}

}  // namespace

Answer ok() {
    return {.body = "ok\n"};
}

Answer json_answer(const json::value& value) {
    return {.content_type = "application/json", .body = indented(value)};
}

Answer failure(int status, const std::string& text) {
    return {.status = status, .body = text.empty() ? "" : text + "\n"};
}

async::Task<Result<void>> send(http::Exchange& exchange, Answer answer) {
    http::OutHead head;
    head.status = answer.status;
    head.fields = std::move(answer.fields);
    head.fields.push_back({"Content-Type", std::move(answer.content_type)});
    head.fields.push_back({"X-Content-Type-Options", "nosniff"});
    head.fields.push_back({"X-Frame-Options", "DENY"});
    const Result<void> sent = co_await exchange.respond(std::move(head), answer.body);
    co_return sent;
}

async::Task<void> Simulator::handle(http::Exchange& exchange) {
    const Result<void> served = co_await serve(exchange);
    if (!served) {
        exchange.close_after();
    }
}

async::Task<void> Simulator::on_bad_request(std::string_view, const Error&, std::string_view) {
    co_return;
}

async::Task<Result<void>> Simulator::serve(http::Exchange& exchange) {
    Request request = read_request(exchange.head());
    if (!request.segments.empty() && request.segments[0] == "__sim") {
        const Result<void> served = co_await serve_control(exchange, request);
        co_return served;
    }
    Seen seen{.method = request.method, .target = request.target};
    for (const http::Field& field : exchange.head().fields) {
        seen.fields.push_back({std::string(field.name), std::string(field.value)});
    }
    seen_.push_back(std::move(seen));
    if (seen_.size() > remembered_requests) {
        seen_.pop_front();
    }
    if (!exchange.head().upgrade.empty() && fault_.count == 0) {
        SeenSocket& socket = sockets_.emplace_back(SeenSocket{
            .target = request.target, .command = request.option("command"), .ended = "open"});
        const bool authorized = is_authorized(request);
        co_await serve_socket(exchange, state_, std::move(request), authorized, socket);
        co_return Result<void>();
    }
    if (request.target == "/check") {
        const Result<void> sent = co_await send(exchange, ok());
        co_return sent;
    }
    if (!is_authorized(request)) {
        Answer refused = failure(401, "invalid authentication");
        refused.fields.push_back({"WWW-Authenticate", R"(Basic realm="convox")"});
        const Result<void> sent = co_await send(exchange, std::move(refused));
        co_return sent;
    }
    if (fault_.count > 0 && fault_.after > 0) {
        --fault_.after;
    } else if (fault_.count > 0) {
        --fault_.count;
        const Fault fault = fault_;
        const Result<void> served = co_await serve_fault(exchange, fault);
        co_return served;
    }
    const Result<void> served = co_await serve_rack(exchange, request);
    co_return served;
}

bool Simulator::is_authorized(const Request& request) const {
    const std::string wanted = user_ + ":" + std::string(password_.expose());
    return request.header("authorization") == "Basic " + crypto::base64(wanted);
}

async::Task<Result<void>> Simulator::serve_rack(http::Exchange& exchange, Request& request) {
    std::vector<std::string> params;
    if (request.method == "POST" &&
        matches("/apps/{app}/objects/{key*}", request.segments, params)) {
        const Result<void> stored = co_await store_object(exchange, params[0], params[1]);
        co_return stored;
    }
    if (is_upload(request, params)) {
        const Result<void> stored = co_await store_object(exchange, params[0], "import.tgz");
        co_return stored;
    }
    if (is_import(request)) {
        const Result<std::uint64_t> read = co_await count_body(exchange);
        if (!read) {
            co_return read.error();
        }
        const Result<void> sent = co_await send(exchange, answer_rack_route(state_, request));
        co_return sent;
    }
    if (is_download(request, params)) {
        const Result<void> streamed = co_await stream_bytes(
            exchange, download_bytes(state_, params), "application/octet-stream");
        co_return streamed;
    }
    Result<std::string> body = co_await exchange.read_whole_body(form_bytes);
    if (!body) {
        co_return body.error();
    }
    seen_.back().body_bytes = body->size();
    read_form(request, std::move(body.value()));
    const Result<void> sent = co_await send(exchange, answer_rack_route(state_, request));
    co_return sent;
}

// Counts the bytes and forgets them.
async::Task<Result<std::uint64_t>> Simulator::count_body(http::Exchange& exchange) {
    std::vector<char> chunk(64UL * 1024);
    std::uint64_t size = 0;
    while (true) {
        const Result<std::size_t> read = co_await exchange.read_body(chunk);
        if (!read) {
            co_return read.error();
        }
        if (read.value() == 0) {
            break;
        }
        size += read.value();
    }
    if (!seen_.empty()) {
        seen_.back().body_bytes = size;
    }
    co_return size;
}

async::Task<Result<void>> Simulator::store_object(http::Exchange& exchange, const std::string& app,
                                                  const std::string& key) {
    const Result<std::uint64_t> size = co_await count_body(exchange);
    if (!size) {
        co_return size.error();
    }
    const auto found = state_.apps.find(app);
    if (found == state_.apps.end()) {
        const Result<void> sent = co_await send(exchange, failure(404, "app not found: " + app));
        co_return sent;
    }
    found->second.objects[key] = *size;
    const Result<void> sent =
        co_await send(exchange, json_answer({{"Url", "object://" + app + "/" + key}}));
    co_return sent;
}

}  // namespace rgw::sim
