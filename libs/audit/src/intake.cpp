#include "intake.hpp"

#include <iterator>
#include <utility>

namespace rgw::audit {
namespace {

Error too_late() {
    return {Errc::audit_unavailable, "the event was not durable before its deadline"};
}

void resolve_all(std::vector<Waiter>& waiters, const Error& why) {
    for (Waiter& waiter : waiters) {
        waiter.resolve(why);
    }
}

}  // namespace

Result<std::shared_ptr<Waiter::Answer>> Intake::push(PreparedEvent event, Urgency urgency,
                                                     Deadline deadline) {
    auto answer = std::make_shared<Waiter::Answer>();
    std::shared_ptr<Signal> idle;
    {
        const std::lock_guard lock(mutex_);
        if (closed_) {
            return Error(Errc::shutting_down);
        }
        if (urgency == Urgency::ordinary && !healthy_) {
            return Error(Errc::audit_unavailable, "the last commit failed");
        }
        if (urgency == Urgency::ordinary && ordinary_.size() >= max_waiting_) {
            return Error(Errc::overloaded, "too many events wait for the audit log");
        }
        auto& queue = urgency == Urgency::outcome ? outcomes_ : ordinary_;
        queue.push_back({std::move(event), Waiter{urgency, deadline, answer}});
        idle = std::exchange(idle_writer_, nullptr);
    }
    if (idle) {
        idle->set(true);
    }
    return answer;
}

Batch Intake::take(std::size_t max, Deadline now) {
    Batch batch;
    std::vector<Waiter> late;
    {
        const std::lock_guard lock(mutex_);
        while (!outcomes_.empty() && batch.events.size() < max) {
            batch.add(std::move(outcomes_.front().event), std::move(outcomes_.front().waiter));
            outcomes_.pop_front();
        }
        while (healthy_ && !ordinary_.empty() && batch.events.size() < max) {
            Entry& entry = ordinary_.front();
            if (entry.waiter.deadline <= now) {
                late.push_back(std::move(entry.waiter));
            } else {
                batch.add(std::move(entry.event), std::move(entry.waiter));
            }
            ordinary_.pop_front();
        }
    }
    resolve_all(late, too_late());
    return batch;
}

std::shared_ptr<Intake::Signal> Intake::next_arrival() {
    auto signal = std::make_shared<Signal>();
    const std::lock_guard lock(mutex_);
    if (closed_ || !outcomes_.empty() || !ordinary_.empty()) {
        signal->set(true);
    } else {
        idle_writer_ = signal;
    }
    return signal;
}

void Intake::put_back(Batch outcomes) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = outcomes.events.size(); i > 0; --i) {
        outcomes_.push_front(
            {std::move(outcomes.events[i - 1]), std::move(outcomes.waiters[i - 1])});
    }
}

void Intake::push_own(PreparedEvent outcome) {
    const std::lock_guard lock(mutex_);
    outcomes_.push_back({std::move(outcome), Waiter{Urgency::outcome, Deadline::max(), nullptr}});
}

void Intake::expire(Deadline now) {
    std::vector<Waiter> late;
    {
        const std::lock_guard lock(mutex_);
        for (Entry& entry : outcomes_) {
            if (entry.waiter.deadline <= now) {
                late.push_back(
                    std::exchange(entry.waiter, Waiter{Urgency::outcome, Deadline::max(), {}}));
            }
        }
        std::erase_if(ordinary_, [&](Entry& entry) {
            const bool overdue = entry.waiter.deadline <= now;
            if (overdue) {
                late.push_back(std::move(entry.waiter));
            }
            return overdue;
        });
    }
    resolve_all(late, too_late());
}

void Intake::set_unhealthy(const Error& why) {
    std::vector<Waiter> refused;
    {
        const std::lock_guard lock(mutex_);
        healthy_ = false;
        for (Entry& entry : ordinary_) {
            refused.push_back(std::move(entry.waiter));
        }
        ordinary_.clear();
    }
    resolve_all(refused, why);
}

void Intake::set_healthy() {
    const std::lock_guard lock(mutex_);
    healthy_ = true;
}

void Intake::close() {
    std::shared_ptr<Signal> idle;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        idle = std::exchange(idle_writer_, nullptr);
    }
    if (idle) {
        idle->set(true);
    }
}

std::size_t Intake::abandon(const Error& why) {
    std::vector<Waiter> waiters;
    std::size_t lost = 0;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        lost = outcomes_.size();
        for (auto* queue : {&outcomes_, &ordinary_}) {
            for (Entry& entry : *queue) {
                waiters.push_back(std::move(entry.waiter));
            }
            queue->clear();
        }
    }
    resolve_all(waiters, why);
    return lost;
}

bool Intake::healthy() const {
    const std::lock_guard lock(mutex_);
    return healthy_;
}

bool Intake::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

std::size_t Intake::waiting() const {
    const std::lock_guard lock(mutex_);
    return outcomes_.size() + ordinary_.size();
}

}  // namespace rgw::audit
