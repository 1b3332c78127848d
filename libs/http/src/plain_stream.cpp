#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

#include "stream.hpp"

namespace rgw::http {
namespace {

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

class PlainStream final : public Stream {
public:
    using Stream::Stream;

    IoResult try_read(std::span<char> into) override {
        while (socket_.readable()) {
            const ssize_t got = ::recv(socket_.fd(), into.data(), into.size(), 0);
            if (got > 0) {
                const auto bytes = static_cast<std::size_t>(got);
                if (bytes < into.size()) {
                    socket_.read_short();
                }
                return {IoStatus::ok, bytes};
            }
            if (got == 0) {
                return {IoStatus::eof};
            }
            if (would_block(errno)) {
                socket_.read_would_block();
            } else if (errno != EINTR) {
                return failed();
            }
        }
        return {IoStatus::want_read};
    }

    IoResult try_write(std::span<const iovec> pieces) override {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(pieces.data());  // sendmsg only reads them
        message.msg_iovlen = pieces.size();
        while (socket_.writable()) {
            const ssize_t sent = ::sendmsg(socket_.fd(), &message, MSG_NOSIGNAL);
            if (sent >= 0) {
                return {IoStatus::ok, static_cast<std::size_t>(sent)};
            }
            if (would_block(errno)) {
                socket_.write_would_block();
            } else if (errno != EINTR) {
                return failed();
            }
        }
        return {IoStatus::want_write};
    }

    // The socket may still be connecting.
    IoResult try_handshake() override {
        if (!socket_.writable()) {
            return {IoStatus::want_write};
        }
        int error = 0;
        socklen_t size = sizeof(error);
        ::getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
        error_ = error;
        return {error == 0 ? IoStatus::ok : IoStatus::error};
    }

    void end_writing() override { ::shutdown(socket_.fd(), SHUT_WR); }
    [[nodiscard]] bool has_buffered() const override { return false; }
    bool is_quiet() override { return peek_is_quiet(); }
    [[nodiscard]] std::string error_text() const override {
        return std::system_category().message(error_);
    }
    [[nodiscard]] bool is_untrusted() const override { return false; }

private:
    IoResult failed() {
        error_ = errno;
        return {IoStatus::error};
    }

    int error_ = 0;
};

}  // namespace

void Stream::cut() {
    ::shutdown(socket_.fd(), SHUT_RDWR);
    wake();
}

void Stream::probe_when_idle() {
    const auto set = [this](int level, int option, int value) {
        ::setsockopt(socket_.fd(), level, option, &value, sizeof(value));
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 60);  // seconds
    set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
    set(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

std::size_t Stream::unconfirmed() const {
    int bytes = 0;
    return ::ioctl(socket_.fd(), SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

void Stream::reset_on_close() {
    const linger at_once{1, 0};
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

bool Stream::peek_is_quiet() {
    char byte = 0;
    return ::recv(socket_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && would_block(errno);
}

std::unique_ptr<Stream> make_plain_stream(Poller& poller, int fd) {
    return std::make_unique<PlainStream>(poller, fd);
}

}  // namespace rgw::http
