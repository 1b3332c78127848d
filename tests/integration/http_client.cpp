#include "http_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/http.hpp>

#include <sys/socket.h>
#include <sys/time.h>

namespace rgw::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

asio::ip::tcp::socket connect(asio::io_context& context, std::uint16_t port) {
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), port});
    socket.set_option(asio::ip::tcp::no_delay(true));
    return socket;
}

Response read_response(asio::ip::tcp::socket& socket, bool head_only) {
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    parser.skip(head_only);
    beast::error_code error;
    http::read(socket, buffer, parser, error);
    Response response;
    if (error) {
        return response;
    }
    const auto& message = parser.get();
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
        response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    response.body = message.body();
    return response;
}

std::string head_text(const Request& request, std::uint64_t length) {
    std::string text =
        request.method + " " + request.target + " HTTP/1.1\r\nHost: " + request.host + "\r\n";
    for (const auto& [name, value] : request.headers) {
        text.append(name).append(": ").append(value).append("\r\n");
    }
    if (length > 0 || (request.method != "GET" && request.method != "HEAD")) {
        text += "Content-Length: " + std::to_string(length) + "\r\n";
    }
    return text + "Connection: close\r\n\r\n";
}

}  // namespace

std::string Response::header(const std::string& name) const {
    for (const auto& [key, value] : headers) {
        if (beast::iequals(key, name)) {
            return value;
        }
    }
    return {};
}

Response send_request(std::uint16_t port, const Request& request) {
    asio::io_context context;
    asio::ip::tcp::socket socket = connect(context, port);
    beast::error_code error;
    asio::write(socket, asio::buffer(head_text(request, request.body.size()) + request.body),
                error);
    return read_response(socket, request.method == "HEAD");
}

std::string send_bytes(std::uint16_t port, const std::string& bytes) {
    asio::io_context context;
    asio::ip::tcp::socket socket = connect(context, port);
    const timeval silence{.tv_sec = 1, .tv_usec = 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
    std::string answer;
    // A gateway that refuses may close before it has read everything.
    [[maybe_unused]] const auto sent =
        ::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    char chunk[4096];
    while (true) {
        const ssize_t n = ::recv(socket.native_handle(), chunk, sizeof chunk, 0);
        if (n <= 0) {
            return answer;
        }
        answer.append(chunk, static_cast<std::size_t>(n));
    }
}

Response upload(std::uint16_t port, const std::string& target, const Headers& headers,
                std::uint64_t size) {
    asio::io_context context;
    asio::ip::tcp::socket socket = connect(context, port);
    const Request request{.method = "POST", .target = target, .headers = headers};
    beast::error_code error;
    asio::write(socket, asio::buffer(head_text(request, size)), error);
    const std::string chunk(256UL * 1024, 'u');
    for (std::uint64_t left = size; left > 0 && !error;) {
        const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(left, chunk.size()));
        asio::write(socket, asio::buffer(chunk, n), error);
        left -= n;
    }
    return read_response(socket, false);
}

std::string basic(const std::string& password) {
    const std::string text = "convox:" + password;
    std::string out(beast::detail::base64::encoded_size(text.size()), '\0');
    out.resize(beast::detail::base64::encode(out.data(), text.data(), text.size()));
    return "Basic " + out;
}

}  // namespace rgw::test
