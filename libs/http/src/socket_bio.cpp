#include "socket_bio.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <new>

namespace rgw::http {
namespace {

PolledSocket& socket_of(BIO* bio) {
    return *static_cast<PolledSocket*>(BIO_get_data(bio));
}

int bio_read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    PolledSocket& socket = socket_of(bio);
    while (socket.readable()) {
        const ssize_t got = ::recv(socket.fd(), into, static_cast<std::size_t>(size), 0);
        if (got >= 0) {
            if (got < size) {
                socket.read_short();
            }
            return static_cast<int>(got);
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            socket.read_would_block();
        } else if (errno != EINTR) {
            return -1;
        }
    }
    BIO_set_retry_read(bio);
    return -1;
}

int bio_write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    PolledSocket& socket = socket_of(bio);
    while (socket.writable()) {
        const ssize_t sent =
            ::send(socket.fd(), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
        if (sent >= 0) {
            return static_cast<int>(sent);
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            socket.write_would_block();
        } else if (errno != EINTR) {
            return -1;
        }
    }
    BIO_set_retry_write(bio);
    return -1;
}

long bio_control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "rgw socket");
    if (method == nullptr) {
        throw std::bad_alloc();
    }
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
}

}  // namespace

BIO* new_socket_bio(PolledSocket& socket) {
    struct FreeMethod {
        void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
    };
    static const std::unique_ptr<BIO_METHOD, FreeMethod> method(make_method());
    BIO* bio = BIO_new(method.get());
    if (bio == nullptr) {
        throw std::bad_alloc();
    }
    BIO_set_data(bio, &socket);
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace rgw::http
