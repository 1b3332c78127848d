#include "splice_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace rgw::http {

SplicePipe::SplicePipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) == 0) {
        read_end_ = ends[0];
        write_end_ = ends[1];
    }
}

SplicePipe::~SplicePipe() {
    if (is_open()) {
        ::close(read_end_);
        ::close(write_end_);
    }
}

async::Task<Result<std::size_t>> SplicePipe::fill(Link& from, std::uint64_t most,
                                                  std::chrono::milliseconds limit) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(most, capacity));
    const auto got = co_await from.receive_into_pipe(write_end_, size, limit);
    held_ = got ? *got : 0;
    co_return got;
}

async::Task<Result<void>> SplicePipe::empty(Link& to, std::chrono::milliseconds limit) {
    const Result<void> sent = co_await to.send_from_pipe(read_end_, held_, limit);
    held_ = 0;
    co_return sent;
}

}  // namespace rgw::http
