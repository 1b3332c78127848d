#pragma once

#include <cstdint>
#include <string>

namespace rgw::test {

// A TCP connection from a chosen loopback address that sends exact bytes and reads what comes.
class RawConnection {
public:
    // `source` is the last number of 127.0.0.x: the gateway counts refusals by address.
    RawConnection(std::uint16_t port, int source);
    ~RawConnection();
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    void send(const std::string& bytes) const;
    // The status of the next answer, its body read; 0 when the peer closed, -1 when nothing came
    // for the patience.
    [[nodiscard]] int next_status();
    void set_patience(int milliseconds) const;

private:
    // 1 got some, 0 the end, -1 silence.
    int fill();
    int need(std::size_t bytes);
    int skip_chunks();

    int fd_ = -1;
    std::string buffer_;
};

}  // namespace rgw::test
