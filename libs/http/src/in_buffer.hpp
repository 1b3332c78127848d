#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace rgw::http {

// What has been received and not yet used. The head under way lies at the front and does not move
// once seal_head() has been called, because views into it are handed out; what follows it is taken
// piece by piece.
class InBuffer {
public:
    static constexpr std::size_t usual_size = 16UL * 1024;
    static constexpr std::size_t least_room = 4UL * 1024;

    InBuffer() : bytes_(std::make_unique_for_overwrite<char[]>(usual_size)) {}

    // The bytes of the head so far, and what came behind it.
    [[nodiscard]] std::string_view head() const { return {bytes_.get() + begin_, end_ - begin_}; }
    // Where to receive the next bytes of a head or a body; never empty.
    [[nodiscard]] std::span<char> room();
    void received(std::size_t bytes) { end_ += bytes; }

    // The head is complete and `size` bytes long; head() may lie elsewhere afterwards.
    void seal_head(std::size_t size);
    [[nodiscard]] std::span<const char> rest() const {
        return {bytes_.get() + rest_, end_ - rest_};
    }
    void consume(std::size_t bytes) { rest_ += bytes; }

    // The rest is the beginning of the next head.
    void next_message();
    // Forgets everything; gives back what a large head needed.
    void clear();

private:
    void make_room();
    void move_to_front();
    void grow(std::size_t size);

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = usual_size;
    std::size_t begin_ = 0;
    std::size_t rest_ = 0;  // == begin_ until the head is sealed
    std::size_t sealed_ = 0;
    std::size_t end_ = 0;
};

}  // namespace rgw::http
