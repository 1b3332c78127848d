#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rgw::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Response {
    int status = 0;  // 0: the connection ended before a whole answer
    Headers headers;
    std::string body;

    [[nodiscard]] std::string header(const std::string& name) const;
};

struct Request {
    std::string method = "GET";
    std::string target = "/";
    Headers headers;
    std::string body;
    std::string host = "localhost";
};

// One request on a connection of its own.
[[nodiscard]] Response send_request(std::uint16_t port, const Request& request);
// Exactly these bytes, then whatever comes back until the peer closes or is silent for a second.
[[nodiscard]] std::string send_bytes(std::uint16_t port, const std::string& bytes);
// POSTs `size` bytes with a Content-Length, without holding them.
[[nodiscard]] Response upload(std::uint16_t port, const std::string& target, const Headers& headers,
                              std::uint64_t size);
[[nodiscard]] std::string basic(const std::string& password);

}  // namespace rgw::test
