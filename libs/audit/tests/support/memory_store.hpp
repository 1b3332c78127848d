#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rgw/async/one_shot.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/audit/verify.hpp"

namespace rgw::audit {

// A Store without a database. Several appenders may share one. What happens to the next commits can
// be scripted; without a script they succeed.
class MemoryStore final : public Store {
public:
    enum class Fate {
        stored,
        refused,       // an error, and nothing is stored
        lost_answer,   // an error, although it is stored
        thrown,        // an exception
        seal_unasked,  // an error before the head was read
    };

    void script(std::deque<Fate> fates) {
        const std::lock_guard lock(mutex_);
        fates_ = std::move(fates);
    }
    // Commits started from now on wait until release().
    void hold() {
        const std::lock_guard lock(mutex_);
        gate_ = std::make_shared<async::OneShot<bool>>();
    }
    void release() {
        std::shared_ptr<async::OneShot<bool>> gate;
        {
            const std::lock_guard lock(mutex_);
            gate = std::exchange(gate_, nullptr);
        }
        if (gate) {
            gate->set(true);
        }
    }
    // Called on the database loop when a commit begins.
    void on_commit(std::function<void()> callback) { on_commit_ = std::move(callback); }

    async::Task<Result<void>> commit(std::function<SealedBatch(const Head&)> seal,
                                     Deadline) override {
        if (on_commit_) {
            on_commit_();
        }
        const std::shared_ptr<async::OneShot<bool>> gate = current_gate();
        if (gate) {
            co_await gate->wait();
        }
        co_return commit_now(seal);
    }

    async::Task<Result<Presence>> look_up(std::int64_t chain_index, Hash event_hash,
                                          Deadline) override {
        const std::lock_guard lock(mutex_);
        for (const StoredEvent& stored : events_) {
            if (stored.chain_index == chain_index) {
                co_return stored.event_hash == crypto::text_of(event_hash) ? Presence::stored
                                                                           : Presence::absent;
            }
        }
        co_return Presence::absent;
    }

    [[nodiscard]] std::vector<StoredEvent> events() const {
        const std::lock_guard lock(mutex_);
        return events_;
    }
    [[nodiscard]] Head head() const {
        const std::lock_guard lock(mutex_);
        return head_;
    }
    // How many events each commit that stored something had.
    [[nodiscard]] std::vector<std::size_t> batches() const {
        const std::lock_guard lock(mutex_);
        return batches_;
    }

    static StoredEvent stored(const SealedEvent& sealed, std::int32_t key_id) {
        StoredEvent row;
        row.chain_index = sealed.chain_index;
        row.format = format_version;
        row.key_id = key_id;
        if (sealed.previous_hash) {
            row.previous_hash = std::string(crypto::text_of(*sealed.previous_hash));
        }
        row.event_hash = crypto::text_of(sealed.event_hash);
        row.event = *sealed.event;
        return row;
    }

private:
    std::shared_ptr<async::OneShot<bool>> current_gate() {
        const std::lock_guard lock(mutex_);
        return gate_;
    }

    Result<void> commit_now(const std::function<SealedBatch(const Head&)>& seal) {
        const std::lock_guard lock(mutex_);
        Fate fate = Fate::stored;
        if (!fates_.empty()) {
            fate = fates_.front();
            fates_.pop_front();
        }
        if (fate == Fate::seal_unasked) {
            return Error(Errc::audit_unavailable, "scripted");
        }
        const SealedBatch batch = seal(head_);
        if (fate == Fate::thrown) {
            throw std::runtime_error("scripted");
        }
        if (fate == Fate::refused) {
            return Error(Errc::audit_unavailable, "scripted");
        }
        for (const SealedEvent& sealed : batch.events) {
            events_.push_back(stored(sealed, batch.key_id));
        }
        head_ = batch.head;
        if (!batch.events.empty()) {
            batches_.push_back(batch.events.size());
        }
        if (fate == Fate::lost_answer) {
            return Error(Errc::audit_unavailable, "scripted");
        }
        return {};
    }

    mutable std::mutex mutex_;
    std::deque<Fate> fates_;
    std::shared_ptr<async::OneShot<bool>> gate_;
    std::function<void()> on_commit_;
    std::vector<StoredEvent> events_;
    std::vector<std::size_t> batches_;
    Head head_;
};

}  // namespace rgw::audit
