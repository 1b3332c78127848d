#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "link.hpp"

namespace rgw::http {

// A kernel pipe through which bytes go from one plain connection to another without entering the process.
class SplicePipe {
public:
    // Below this a copy costs less than the pipe does.
    static constexpr std::uint64_t least_bytes = 256 * 1024;
    static constexpr std::size_t capacity = 64 * 1024;

    SplicePipe();
    ~SplicePipe();
    SplicePipe(const SplicePipe&) = delete;
    SplicePipe& operator=(const SplicePipe&) = delete;

    // False when the process has no descriptors left for it.
    [[nodiscard]] bool is_open() const { return read_end_ >= 0; }
    // Takes up to `most` bytes into the empty pipe; 0 when the peer has ended.
    async::Task<Result<std::size_t>> fill(Link& from, std::uint64_t most, std::chrono::milliseconds limit);
    // Sends all that is in the pipe.
    async::Task<Result<void>> empty(Link& to, std::chrono::milliseconds limit);

private:
    int read_end_ = -1;
    int write_end_ = -1;
    std::size_t held_ = 0;
};

}  // namespace rgw::http
