#include "answer_body.hpp"

#include <algorithm>
#include <utility>

namespace rgw::api {
namespace {

constexpr std::size_t chunk_bytes = 32UL * 1024;
constexpr std::size_t small_chunk_bytes = 8UL * 1024;

std::size_t chunk_size(const http::BodyFraming& framing) {
    return framing.kind == http::BodyKind::length && framing.length <= small_chunk_bytes
               ? small_chunk_bytes
               : chunk_bytes;
}

}  // namespace

AnswerBody::AnswerBody(http::UpstreamCall& call, const http::BodyFraming& framing,
                       std::chrono::milliseconds idle_limit)
    : call_(call),
      idle_limit_(idle_limit),
      size_(chunk_size(framing)),
      bytes_(std::make_unique_for_overwrite<char[]>(size_)) {}

async::Task<Result<std::string_view>> AnswerBody::read_whole(std::size_t limit) {
    while (!ended_ && begun_.size() <= limit) {
        const auto piece = co_await read(limit + 1 - begun_.size());
        if (!piece) {
            co_return piece.error();
        }
        begun_.append(piece->data(), piece->size());
    }
    co_return begun_.size() <= limit ? std::string_view(begun_) : std::string_view();
}

async::Task<Result<std::span<const char>>> AnswerBody::next() {
    if (!begun_.empty()) {
        given_ = std::exchange(begun_, {});
        co_return std::span<const char>(given_);
    }
    std::string().swap(given_);  // what follows may take hours
    const auto piece = co_await read(size_);
    co_return piece;
}

async::Task<Result<std::span<const char>>> AnswerBody::read(std::size_t most) {
    if (ended_) {
        co_return std::span<const char>();
    }
    const std::span<char> space(bytes_.get(), std::min(size_, most));
    const Result<std::size_t> count = co_await call_.read_body(space, idle_limit_);
    if (!count) {
        co_return count.error();
    }
    ended_ = *count == 0;
    co_return std::span<const char>(space.first(*count));
}

}  // namespace rgw::api
