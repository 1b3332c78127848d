#pragma once

#include <string>
#include <string_view>

#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"

// The opening handshake of RFC 6455 §4.
namespace rgw::http {

// A fresh Sec-WebSocket-Key.
[[nodiscard]] std::string new_websocket_key();
// The Sec-WebSocket-Accept that answers it (§4.2.2).
[[nodiscard]] std::string websocket_accept(std::string_view key);
// Whether a 101 answers the handshake of `key` and adds nothing to it (§4.1). Error:
// rack_answer_invalid.
[[nodiscard]] Result<void> check_websocket_answer(const ResponseHead& head, std::string_view key);

}  // namespace rgw::http
