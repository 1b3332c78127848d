#include "rgw/async/deadline.hpp"

#include <utility>

namespace rgw::async {

Expiring::Expiring(Deadlines& deadlines) : deadlines_(deadlines), next_(deadlines.first_) {
    if (next_ != nullptr) {
        next_->previous_ = this;
    }
    deadlines_.first_ = this;
}

Expiring::~Expiring() {
    (previous_ != nullptr ? previous_->next_ : deadlines_.first_) = next_;
    if (next_ != nullptr) {
        next_->previous_ = previous_;
    }
    if (deadlines_.cursor_ == this) {
        deadlines_.cursor_ = next_;
    }
}

Deadlines::Deadlines(boost::asio::io_context& context) : timer_(context.get_executor()) {}

void Deadlines::start() {
    arm();
}

void Deadlines::stop() {
    timer_.cancel();
}

void Deadlines::arm() {
    timer_.expires_after(interval);
    timer_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) {
            sweep(std::chrono::steady_clock::now());
            arm();
        }
    });
}

void Deadlines::sweep(Deadline now) {
    cursor_ = first_;
    while (cursor_ != nullptr) {
        Expiring* entry = std::exchange(cursor_, cursor_->next_);
        if (entry->at_ <= now) {
            entry->never_expire();
            entry->on_expired();
        }
    }
}

}  // namespace rgw::async
