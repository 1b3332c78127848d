#include <utility>

#include "session.hpp"
#include "websocket_end.hpp"
#include "websocket_handshake.hpp"

namespace rgw::http {

async::Task<Result<std::unique_ptr<WebSocket>>> Session::accept_websocket() {
    if (auto sound = check_websocket_request(head()); !sound) {
        co_return sound.error();
    }
    if (work_->in.rest().size() > FrameBuffer::size) {
        co_return Error(Errc::bad_header, "frames before the handshake was answered");
    }
    if (answer_ != Answer::none) {
        co_return Error(Errc::internal, "a second answer");
    }
    work_->out =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        websocket_accept(*head().find("Sec-WebSocket-Key")) + "\r\n\r\n";
    answer_ = Answer::done;
    close_ = true;
    when_client_leaves({});
    Pieces pieces;
    pieces.add(work_->out);
    const Result<void> sent = co_await send_rest(pieces);
    if (!sent) {
        co_return sent.error();
    }
    auto end = std::make_unique<WebSocketEnd>(link_, WebSocketEnd::Peer::client, host_.frames,
                                              work_->in.rest());
    release_work();
    co_return std::unique_ptr<WebSocket>(std::move(end));
}

}  // namespace rgw::http
