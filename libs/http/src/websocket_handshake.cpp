#include "websocket_handshake.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <span>

#include "rgw/base/text.hpp"
#include "rgw/http/websocket.hpp"

namespace rgw::http {
namespace {

constexpr std::size_t key_bytes = 16;
constexpr std::size_t key_text_bytes = 24;

std::string base64(std::span<const unsigned char> bytes) {
    std::array<unsigned char, 64> text{};
    const int size = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(bytes.size()));
    return {text.begin(), text.begin() + size};
}

// 16 bytes in base64: 22 characters and two "=", in the one way to write them.
bool is_websocket_key(std::string_view text) {
    std::array<unsigned char, 32> bytes{};
    if (text.size() != key_text_bytes || !text.ends_with("==")) {
        return false;
    }
    const auto* from = reinterpret_cast<const unsigned char*>(text.data());
    const int size = EVP_DecodeBlock(bytes.data(), from, static_cast<int>(text.size()));
    return size == 18 && base64(std::span(bytes).first(key_bytes)) == text;
}

// Field lines of that name among a head's; `only` is set to the value of the last.
std::size_t count(std::span<const Field> fields, std::string_view name, std::string_view& only) {
    std::size_t lines = 0;
    for (const Field& field : fields) {
        if (equals_ignoring_case(field.name, name)) {
            ++lines;
            only = field.value;
        }
    }
    return lines;
}

bool lists_upgrade(std::span<const Field> fields) {
    return std::ranges::any_of(fields, [](const Field& field) {
        return equals_ignoring_case(field.name, "Connection") &&
               std::ranges::any_of(split_list(field.value), [](const std::string& option) {
                   return equals_ignoring_case(option, "upgrade");
               });
    });
}

Error refused(const char* what) {
    return {Errc::bad_header, what};
}

Error invalid(const char* what) {
    return {Errc::rack_answer_invalid, what};
}

}  // namespace

std::string new_websocket_key() {
    std::array<unsigned char, key_bytes> bytes{};
    RAND_bytes(bytes.data(), key_bytes);
    return base64(bytes);
}

std::string websocket_accept(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, 20> digest{};
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    return base64(digest);
}

Result<void> check_websocket_request(const RequestHead& head) {
    std::string_view value;
    if (head.method != "GET" || head.minor != 1 || head.body.kind != BodyKind::none) {
        return refused("a WebSocket is opened by a GET of HTTP/1.1 without a body");
    }
    if (count(head.fields, "Upgrade", value) != 1 ||
        !equals_ignoring_case(head.upgrade, "websocket")) {
        return refused("Upgrade must be websocket, and listed in Connection");
    }
    if (count(head.fields, "Sec-WebSocket-Version", value) != 1 || value != "13") {
        return refused("Sec-WebSocket-Version must be 13");
    }
    if (count(head.fields, "Sec-WebSocket-Key", value) != 1 || !is_websocket_key(value)) {
        return refused("Sec-WebSocket-Key must be 16 bytes in base64");
    }
    return {};
}

Result<void> check_websocket_answer(const ResponseHead& head, std::string_view key) {
    std::string_view value;
    if (count(head.fields, "Upgrade", value) != 1 || !equals_ignoring_case(value, "websocket") ||
        !lists_upgrade(head.fields)) {
        return invalid("the rack switched to something that is no WebSocket");
    }
    if (count(head.fields, "Sec-WebSocket-Accept", value) != 1 || value != websocket_accept(key)) {
        return invalid("the rack's Sec-WebSocket-Accept is wrong");
    }
    if (count(head.fields, "Sec-WebSocket-Extensions", value) != 0 ||
        count(head.fields, "Sec-WebSocket-Protocol", value) != 0) {
        return invalid("the rack took up an extension or subprotocol nobody offered");
    }
    return {};
}

}  // namespace rgw::http
