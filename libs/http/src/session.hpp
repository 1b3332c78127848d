#pragma once

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "body_decoder.hpp"
#include "free_list.hpp"
#include "head_parser.hpp"
#include "head_writer.hpp"
#include "http_date.hpp"
#include "in_buffer.hpp"
#include "link.hpp"
#include "rgw/http/exchange.hpp"
#include "rgw/http/listener.hpp"
#include "websocket_end.hpp"

namespace rgw::http {

struct SessionHost;

// What a connection needs while a request is under way, and only then.
struct SessionWork {
    InBuffer in;
    RequestParser parser;
    RequestHead head;
    std::string out;
};

// A client's connection: one exchange after the other. It is its own Exchange.
//   session.cpp: request after request · session_end.cpp: how exchanges and connections end ·
//   session_body.cpp: reading the request's body · session_answer.cpp: writing the answer ·
//   session_websocket.cpp: handing the connection over
class Session final : public Exchange,
                      public boost::intrusive::list_base_hook<
                          boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    Session(SessionHost& host, std::unique_ptr<Stream> stream, std::string peer_address);
    ~Session() override;

    async::Task<void> run();
    // For a connection over the limit: 503 and nothing else.
    async::Task<void> turn_away();
    void close_if_idle();
    void abort() override { link_.abort(); }

    [[nodiscard]] const RequestHead& head() const override { return work_->head; }
    [[nodiscard]] async::Loop& loop() const override;
    [[nodiscard]] std::string_view peer_address() const override { return peer_address_; }
    async::Task<Result<std::size_t>> read_body(std::span<char> into) override;
    async::Task<Result<std::string>> read_whole_body(std::size_t limit) override;
    async::Task<Result<void>> respond(OutHead head, std::string_view body) override;
    async::Task<Result<void>> begin(OutHead head, std::optional<std::uint64_t> length) override;
    async::Task<Result<void>> write(std::span<const char> bytes) override;
    async::Task<Result<void>> finish() override;
    [[nodiscard]] bool answer_begun() const override { return answer_ != Answer::none; }
    void close_after() override { close_ = true; }
    void set_idle_limit(std::chrono::milliseconds limit) override { idle_limit_ = limit; }
    void when_client_leaves(std::function<void()> act) override {
        link_.stream().when_ended(std::move(act));
    }
    async::Task<Result<std::unique_ptr<WebSocket>>> accept_websocket() override;

private:
    enum class Answer : std::uint8_t { none, begun, done };
    // What an unread rest of a request's body may be to be read away rather than closed on.
    static constexpr std::uint64_t most_drained = 64UL * 1024;

    async::Task<bool> greet();
    [[nodiscard]] bool has_input() const { return work_ && !work_->in.head().empty(); }
    [[nodiscard]] std::chrono::milliseconds idle_timeout() const;
    Result<bool> receive_head_now();
    async::Task<Result<bool>> receive_rest_of_head();
    async::Task<void> refuse(Error error);
    Result<void> start_exchange();
    void reset_exchange();
    async::Task<void> answer_internal_error();
    [[nodiscard]] bool is_over_cleanly() const;
    async::Task<bool> end_exchange();
    async::Task<bool> drain_body();
    async::Task<void> linger();
    void release_work();

    void offer_continue();
    async::Task<Result<std::size_t>> read_more(std::span<char> into);
    void end_answer();

    Result<void> start_answer(const OutHead& head, std::optional<std::uint64_t> length);
    void decide_whether_to_close();
    // True when all is sent.
    Result<bool> send_now(Pieces& pieces);
    async::Task<Result<void>> send_rest(Pieces pieces);

    SessionHost& host_;
    Link link_;
    std::string peer_address_;
    std::unique_ptr<SessionWork> work_;  // null while idle, and once it is a WebSocket
    bool first_ = true;                  // no request has come yet
    bool idle_ = false;

    // The exchange under way.
    BodyDecoder body_;
    std::optional<Error> body_error_;
    bool continue_owed_ = false;
    std::chrono::milliseconds idle_limit_{};
    Answer answer_ = Answer::none;
    bool close_ = false;
    bool broken_ = false;  // the client no longer takes what is sent
    bool head_pending_ = false;
    bool sends_body_ = true;
    AnswerEnd answer_end_ = AnswerEnd::no_body;
    std::uint64_t answer_left_ = 0;
};

// What the sessions of one listener share. Lives on the listener's loop.
struct SessionHost {
    using Sessions = boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>>;

    async::Loop& loop;
    ListenerOptions options;
    Handler& handler;
    HttpDate date{};
    FreeList<SessionWork> works{};
    FrameBuffers frames{};
    Sessions sessions{};
    bool draining = false;
    std::atomic<std::uint64_t> requests_total{0};
};

}  // namespace rgw::http
