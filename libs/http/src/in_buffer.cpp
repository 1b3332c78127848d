#include "in_buffer.hpp"

#include <cstring>
#include <utility>

namespace rgw::http {

std::span<char> InBuffer::room() {
    if (sealed_ > 0) {
        if (rest_ == end_) {
            rest_ = end_ = begin_ + sealed_;
        }
    } else {
        make_room();
    }
    return {bytes_.get() + end_, size_ - end_};
}

void InBuffer::make_room() {
    if (size_ - end_ < least_room) {
        move_to_front();
    }
    if (size_ - end_ < least_room) {
        grow(size_ * 2);
    }
}

void InBuffer::move_to_front() {
    std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = rest_ = 0;
}

void InBuffer::grow(std::size_t size) {
    auto larger = std::make_unique_for_overwrite<char[]>(size);
    std::memcpy(larger.get(), bytes_.get(), end_);
    bytes_ = std::move(larger);
    size_ = size;
}

void InBuffer::seal_head(std::size_t size) {
    if (size_ - (begin_ + size) < least_room) {
        move_to_front();
    }
    if (size_ - size < least_room) {
        grow(size + least_room);
    }
    sealed_ = size;
    rest_ = begin_ + size;
}

void InBuffer::next_message() {
    begin_ = rest_;
    sealed_ = 0;
    if (begin_ == end_) {
        begin_ = rest_ = end_ = 0;
    }
}

void InBuffer::clear() {
    if (size_ != usual_size) {
        bytes_ = std::make_unique_for_overwrite<char[]>(usual_size);
        size_ = usual_size;
    }
    begin_ = rest_ = sealed_ = end_ = 0;
}

}  // namespace rgw::http
