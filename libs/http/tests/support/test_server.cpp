#include "support/test_server.hpp"

#include <array>
#include <charconv>
#include <stdexcept>

namespace rgw::http::test {
namespace {

OutHead head(int status) {
    OutHead out;
    out.status = status;
    return out;
}

async::Task<void> drain(Listener& listener) {
    co_await listener.drain(deadline_in(std::chrono::seconds(5)));
}

}  // namespace

void pass_time(async::Loop& loop, std::chrono::milliseconds span) {
    std::promise<void> done;
    loop.post([&] {
        loop.deadlines().sweep(std::chrono::steady_clock::now() + span);
        done.set_value();
    });
    done.get_future().wait();
}

async::Task<void> TestHandler::handle(Exchange& exchange) {
    const std::string_view path = exchange.head().target;
    if (path == "/hello") {
        co_await exchange.respond(head(200), "hello");
    } else if (path == "/peer") {
        co_await exchange.respond(head(200), exchange.peer_address());
    } else if (path == "/head-only") {
        co_await exchange.begin(head(200), 0);
        co_await exchange.finish();
    } else if (path == "/204") {
        co_await exchange.begin(head(204), std::nullopt);
        co_await exchange.finish();
    } else if (path == "/chunks") {
        co_await exchange.begin(head(200), std::nullopt);
        co_await exchange.write(std::string_view("a"));
        co_await exchange.write(std::string_view());
        co_await exchange.write(std::string_view("bc"));
        co_await exchange.finish();
    } else if (path.starts_with("/big/")) {
        std::uint64_t bytes = 0;
        std::from_chars(path.data() + 5, path.data() + path.size(), bytes);
        co_await big(exchange, bytes);
    } else if (exchange.head().method == "POST" || exchange.head().method == "PUT") {
        co_await handle_body(exchange, path);
    } else {
        co_await handle_odd(exchange, path);
    }
}

async::Task<void> TestHandler::handle_body(Exchange& exchange, std::string_view path) {
    if (path == "/echo") {
        co_await echo(exchange);
    } else if (path == "/early") {
        co_await exchange.respond(head(413), "no");
    } else if (path == "/whole") {
        const auto body = co_await exchange.read_whole_body(10);
        const std::string text = body ? *body : std::string(id(body.error().code));
        co_await exchange.respond(head(200), text);
    } else {
        if (path == "/impatient") {
            exchange.set_idle_limit(std::chrono::seconds(1));
            note("reading");
        }
        std::array<char, 65536> chunk;
        std::uint64_t total = 0;
        auto got = co_await exchange.read_body(chunk);
        while (got && *got > 0) {
            total += *got;
            got = co_await exchange.read_body(chunk);
        }
        const std::string text = got ? std::to_string(total) : std::string(id(got.error().code));
        note(text);
        co_await exchange.respond(head(got ? 200 : 400), text);
    }
}

async::Task<void> TestHandler::handle_odd(Exchange& exchange, std::string_view path) {
    if (path == "/throw") {
        throw std::runtime_error("on purpose");
    }
    if (path == "/cut" || path == "/cut-chunked") {
        const auto length = path == "/cut" ? std::optional<std::uint64_t>(10) : std::nullopt;
        co_await exchange.begin(head(200), length);
        co_await exchange.write(std::string_view("abc"));
    } else if (path == "/too-much") {
        co_await exchange.begin(head(200), 2);
        const auto written = co_await exchange.write(std::string_view("abc"));
        note(written ? "written" : std::string(id(written.error().code)));
    } else if (path == "/bad-field") {
        OutHead out;
        out.fields.push_back({"X-A", "a\r\nSet-Cookie: b"});
        const auto sent = co_await exchange.respond(std::move(out), "x");
        note(sent ? "sent" : std::string(id(sent.error().code)));
    } else if (path == "/gate") {
        exchange.when_client_leaves([this] { note("client left"); });
        note("at the gate");
        co_await gate_->wait();
        co_await exchange.respond(head(200), "opened");
    }
}

async::Task<void> TestHandler::echo(Exchange& exchange) {
    const BodyFraming framing = exchange.head().body;
    const bool known = framing.kind == BodyKind::length;
    co_await exchange.begin(head(200), known ? std::optional(framing.length) : std::nullopt);
    std::array<char, 65536> chunk;
    auto got = co_await exchange.read_body(chunk);
    while (got && *got > 0) {
        const auto sent = co_await exchange.write({chunk.data(), *got});
        if (!sent) {
            co_return;
        }
        got = co_await exchange.read_body(chunk);
    }
    if (got) {
        co_await exchange.finish();
    }
}

async::Task<void> TestHandler::big(Exchange& exchange, std::uint64_t bytes) {
    const std::string chunk(65536, 'b');
    co_await exchange.begin(head(200), bytes);
    while (bytes > 0) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, chunk.size()));
        const auto sent = co_await exchange.write({chunk.data(), size});
        if (!sent) {
            note(std::string(id(sent.error().code)));
            co_return;
        }
        bytes -= size;
    }
    co_await exchange.finish();
}

async::Task<void> TestHandler::on_bad_request(std::string_view, const Error& error,
                                              std::string_view line) {
    note(std::string(id(error.code)) + " in " + std::string(line));
    co_return;
}

void TestHandler::note(std::string text) {
    {
        const std::lock_guard lock(mutex_);
        notes_.push_back(std::move(text));
    }
    noted_.notify_all();
}

std::vector<std::string> TestHandler::notes(std::size_t count) {
    std::unique_lock lock(mutex_);
    noted_.wait_for(lock, std::chrono::seconds(10), [&] { return notes_.size() >= count; });
    return notes_;
}

TestServer::TestServer(ListenerOptions options, ServerTls* tls)
    : listener_(Listener::open(loop_, std::move(options), handler_, tls).value()) {
    listener_->start();
    loop_.start();
}

TestServer::~TestServer() {
    handler_.open_gate();
    boost::asio::co_spawn(loop_.executor(), drain(*listener_), boost::asio::use_future).get();
    loop_.stop();
    loop_.join();
}

}  // namespace rgw::http::test
