#include <utility>

#include "chunked.hpp"
#include "session.hpp"

namespace rgw::http {
namespace {

bool never_has_body(int status) {
    return status < 200 || status == 204 || status == 304;
}

}  // namespace

void Session::decide_whether_to_close() {
    const bool body_will_end = body_.ends_within(most_drained) && !continue_owed_ && !body_error_;
    close_ = close_ || !work_->head.keep_alive || host_.draining || !body_will_end;
}

Result<void> Session::start_answer(const OutHead& head, std::optional<std::uint64_t> length) {
    if (answer_ != Answer::none || head.status < 200 || head.status > 599) {
        return Error(Errc::internal, "a second answer, or a status that is none");
    }
    const RequestHead& request = work_->head;
    AnswerFrame frame;
    sends_body_ = request.method != "HEAD";
    if (never_has_body(head.status)) {
        sends_body_ = false;
    } else if (length) {
        frame.end = AnswerEnd::length;
        frame.length = *length;
    } else {
        frame.end = request.minor == 1 ? AnswerEnd::chunked : AnswerEnd::until_close;
    }
    decide_whether_to_close();
    if (frame.end == AnswerEnd::until_close) {
        frame.end = sends_body_ ? AnswerEnd::until_close : AnswerEnd::no_body;
        close_ = true;
    }
    if (close_) {
        frame.connection = "close";
    } else if (request.minor == 0) {
        frame.connection = "keep-alive";
    }
    frame.date = host_.date.now();
    if (auto written = write_answer_head(work_->out, head, frame); !written) {
        return written;
    }
    answer_ = Answer::begun;
    answer_end_ = frame.end;
    answer_left_ = frame.length;
    head_pending_ = true;
    return {};
}

Result<bool> Session::send_now(Pieces& pieces) {
    if (broken_) {
        return Error(Errc::connection_closed);
    }
    Result<bool> sent = link_.send_now(pieces);
    broken_ = !sent;
    return sent;
}

async::Task<Result<void>> Session::send_rest(Pieces pieces) {
    const Result<void> sent = co_await link_.send(pieces, idle_limit_);
    broken_ = !sent;
    co_return sent;
}

void Session::end_answer() {
    answer_ = Answer::done;
    link_.cancel_read();
}

async::Task<Result<void>> Session::respond(OutHead head, std::string_view body) {
    if (auto started = start_answer(head, body.size()); !started) {
        co_return started;
    }
    Pieces pieces;
    pieces.add(work_->out);
    if (sends_body_) {
        pieces.add(body);
    }
    head_pending_ = false;
    end_answer();
    const Result<bool> at_once = send_now(pieces);
    if (!at_once || *at_once) {
        co_return at_once ? Result<void>() : at_once.error();
    }
    const Result<void> sent = co_await send_rest(pieces);
    co_return sent;
}

async::Task<Result<void>> Session::begin(OutHead head, std::optional<std::uint64_t> length) {
    co_return start_answer(head, length);
}

async::Task<Result<void>> Session::write(std::span<const char> bytes) {
    if (answer_ != Answer::begun ||
        (answer_end_ == AnswerEnd::length && bytes.size() > answer_left_)) {
        co_return Error(Errc::internal, "more of an answer than was begun");
    }
    Pieces pieces;
    if (std::exchange(head_pending_, false)) {
        pieces.add(work_->out);
    }
    if (answer_end_ == AnswerEnd::length) {
        answer_left_ -= bytes.size();
    }
    const std::string_view text(bytes.data(), bytes.size());
    const ChunkHead chunk(bytes.size());
    if (sends_body_ && !text.empty()) {
        const bool chunked = answer_end_ == AnswerEnd::chunked;
        pieces.add(chunked ? chunk.text() : std::string_view());
        pieces.add(text);
        pieces.add(chunked ? chunk_end : std::string_view());
    }
    const Result<bool> at_once = send_now(pieces);
    if (!at_once || *at_once) {
        co_return at_once ? Result<void>() : at_once.error();
    }
    const Result<void> sent = co_await send_rest(pieces);
    co_return sent;
}

async::Task<Result<void>> Session::finish() {
    if (answer_ != Answer::begun ||
        (sends_body_ && answer_end_ == AnswerEnd::length && answer_left_ > 0)) {
        co_return Error(Errc::internal, "less of an answer than was begun");
    }
    Pieces pieces;
    if (std::exchange(head_pending_, false)) {
        pieces.add(work_->out);
    }
    if (sends_body_ && answer_end_ == AnswerEnd::chunked) {
        pieces.add(last_chunk);
    }
    end_answer();
    const Result<bool> at_once = send_now(pieces);
    if (!at_once || *at_once) {
        co_return at_once ? Result<void>() : at_once.error();
    }
    const Result<void> sent = co_await send_rest(pieces);
    co_return sent;
}

}  // namespace rgw::http
