#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "rgw/async/task.hpp"
#include "rgw/base/error.hpp"
#include "rgw/http/message.hpp"
#include "rgw/http/upstream.hpp"

namespace rgw::api {

// The body of the rack's answer, piece by piece through one buffer, small where little is expected.
// A small body may be read whole before, and is passed on all the same. Errors: those of
// UpstreamCall::read_body().
class AnswerBody {
public:
    AnswerBody(http::UpstreamCall& call, const http::BodyFraming& framing,
               std::chrono::milliseconds idle_limit);

    // All of it where that is at most `limit` bytes, else "", and a little more than the limit was
    // read. Valid until next() is called.
    async::Task<Result<std::string_view>> read_whole(std::size_t limit);
    // The next bytes, from the very first on, valid until the next call; empty at the end.
    async::Task<Result<std::span<const char>>> next();

private:
    async::Task<Result<std::span<const char>>> read(std::size_t most);

    http::UpstreamCall& call_;
    std::chrono::milliseconds idle_limit_;
    std::size_t size_;
    std::unique_ptr<char[]>
        bytes_;          // NOLINT(modernize-avoid-c-arrays): not zeroed, unlike a vector
    std::string begun_;  // what was read before the first next()
    std::string given_;
    bool ended_ = false;
};

}  // namespace rgw::api
