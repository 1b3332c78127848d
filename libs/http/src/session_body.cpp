#include <array>

#include "body_reader.hpp"
#include "session.hpp"

namespace rgw::http {

// The client waits for this before it sends the body (RFC 9110 §10.1.1). A client that does not
// even take these few bytes now gets on without them after a while; nothing may wait here, because
// another coroutine may begin the answer meanwhile.
void Session::offer_continue() {
    continue_owed_ = false;
    if (answer_ != Answer::none) {
        return;
    }
    static constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
    Pieces pieces;
    pieces.add(interim);
    const IoResult step = link_.stream().try_write(pieces.view());
    const bool in_part = step.status == IoStatus::ok && step.bytes < interim.size();
    if (in_part) {
        link_.abort();
    }
}

async::Task<Result<std::size_t>> Session::read_body(std::span<char> into) {
    if (body_error_) {
        co_return *body_error_;
    }
    if (answer_ == Answer::done && !body_.done()) {
        co_return Errc::cancelled;
    }
    if (continue_owed_) {
        offer_continue();
    }
    if (body_.done()) {
        co_return std::size_t{0};
    }
    const Result<std::size_t> got = co_await read_more(into);
    co_return got;
}

async::Task<Result<std::size_t>> Session::read_more(std::span<char> into) {
    Result<std::size_t> got = take_body(work_->in, body_, into);
    if (got && *got == 0 && !body_.done()) {
        got = co_await receive_body(link_, work_->in, body_, into, idle_limit_);
    }
    if (!got && got.error().code != Errc::cancelled) {
        close_ = true;
        body_error_ = got.error();
    }
    co_return got;
}

async::Task<Result<std::string>> Session::read_whole_body(std::size_t limit) {
    const BodyFraming& framing = work_->head.body;
    if (framing.kind == BodyKind::length && framing.length > limit) {
        co_return Errc::body_too_large;
    }
    std::string body;
    if (framing.kind == BodyKind::length) {
        body.reserve(static_cast<std::size_t>(framing.length));
    }
    std::array<char, 4096> chunk;
    for (;;) {
        const auto got = co_await read_body(chunk);
        if (!got) {
            co_return got.error();
        }
        if (*got == 0) {
            co_return body;
        }
        if (body.size() + *got > limit) {
            co_return Errc::body_too_large;
        }
        body.append(chunk.data(), *got);
    }
}

}  // namespace rgw::http
