#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rgw/audit/log_store.hpp"
#include "rgw/base/text.hpp"

namespace rgw::audit {

// A LogStore without a database, for the tests above it. Its bounds look at every event.
class MemoryLog final : public LogStore {
public:
    void append(const Event& event) {
        StoredEvent stored;
        stored.chain_index = next_index();
        stored.format = 1;
        if (!events_.empty()) {
            stored.previous_hash = events_.back().event_hash;
        }
        stored.event_hash = std::string(31, 'h') + static_cast<char>('a' + events_.size() % 26);
        stored.event = normalise(event);
        events_.push_back(std::move(stored));
    }
    void add_user(std::int64_t id, const std::string& email) { emails_[id] = email; }
    [[nodiscard]] std::int64_t next_index() const {
        return static_cast<std::int64_t>(events_.size());
    }
    // The widest window that was looked at so far.
    [[nodiscard]] std::int64_t widest() const { return widest_; }

    async::Task<Result<Bounds>> find_bounds(std::optional<Timestamp> start,
                                            std::optional<Timestamp> end, Deadline) override {
        Bounds bounds{.from = 0, .before = next_index(), .next_index = next_index()};
        const auto before_start = [&](const StoredEvent& e) {
            return !start || e.event.at < *start - early_slack;
        };
        while (start && bounds.from < bounds.before && before_start(at(bounds.from))) {
            ++bounds.from;
        }
        while (end && bounds.before > bounds.from &&
               at(bounds.before - 1).event.at >= *end + late_slack) {
            --bounds.before;
        }
        co_return bounds;
    }

    async::Task<Result<Slice>> slice(Filter filter, Window window, Show show, std::int64_t limit,
                                     Deadline) override {
        widest_ = std::max(widest_, window.before - window.from);
        co_return slice_now(filter, window, show, limit);
    }

    async::Task<Result<std::optional<Slice>>> slice_of_few(Filter filter, Window window, Show show,
                                                           std::int64_t limit, Deadline) override {
        const auto of_user = std::ranges::count_if(
            events_, [&](const StoredEvent& e) { return e.event.user_email == filter.user_email; });
        if (of_user > few_events) {
            co_return std::optional<Slice>();
        }
        co_return std::optional(slice_now(filter, window, show, limit));
    }

    async::Task<Result<std::int64_t>> count(Filter filter, Window window, Show show,
                                            std::int64_t most, Deadline) override {
        widest_ = std::max(widest_, window.before - window.from);
        co_return static_cast<std::int64_t>(slice_now(filter, window, show, most).events.size());
    }

    async::Task<Result<std::optional<StoredEvent>>> find_event(std::int64_t chain_index,
                                                               Deadline) override {
        const bool there = chain_index >= 0 && chain_index < next_index();
        co_return there ? std::optional(at(chain_index)) : std::nullopt;
    }

    async::Task<Result<std::vector<StoredEvent>>> find_outcomes(std::int64_t intent,
                                                                Deadline) override {
        std::vector<StoredEvent> outcomes;
        std::ranges::copy_if(events_, std::back_inserter(outcomes),
                             [&](const StoredEvent& e) { return e.event.intent_index == intent; });
        co_return outcomes;
    }

    async::Task<Result<std::optional<std::string>>> find_email(UserId user, Deadline) override {
        const auto found = emails_.find(user.value);
        co_return found == emails_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    [[nodiscard]] const StoredEvent& at(std::int64_t index) const {
        return events_[static_cast<std::size_t>(index)];
    }

    Slice slice_now(const Filter& filter, const Window& window, Show show, std::int64_t limit) {
        Slice slice{.reached = window.from};
        for (std::int64_t i = window.before - 1; i >= window.from; --i) {
            if (static_cast<std::int64_t>(slice.events.size()) == limit) {
                slice.reached = slice.events.back().chain_index;
                break;
            }
            if (matches(filter, at(i).event) &&
                (show == Show::records || !is_closed(at(i), window.as_of))) {
                slice.events.push_back(at(i));
            }
        }
        return slice;
    }

    [[nodiscard]] bool is_closed(const StoredEvent& intent, std::int64_t as_of) const {
        return intent.event.phase == Phase::intent &&
               std::ranges::any_of(events_, [&](const StoredEvent& e) {
                   return e.event.intent_index == intent.chain_index && e.chain_index < as_of;
               });
    }

    static bool matches(const Filter& f, const Event& e) {
        const auto is = [](const std::optional<std::string>& wanted,
                           const std::optional<std::string>& value) {
            return !wanted || wanted == value;
        };
        const bool below = !f.resource || e.resource == f.resource ||
                           (e.resource && e.resource->starts_with(*f.resource + "/"));
        return is(f.user_email, e.user_email) && is(f.status, e.status) &&
               is(f.action_type, e.action_type) && is(f.action, e.action) &&
               is(f.resource_type, e.resource_type) && below && is(f.decision, e.rbac_decision) &&
               is(f.request_id, e.request_id) &&
               (!f.deploy_approval_request_id ||
                f.deploy_approval_request_id == e.deploy_approval_request_id) &&
               (!f.start || e.at >= *f.start) && (!f.end || e.at <= *f.end) &&
               (!f.search || contains(*f.search, e));
    }

    static bool contains(const std::string& text, const Event& e) {
        const std::optional<std::string> fields[] = {e.user_email, e.user_name, e.api_token_name,
                                                     e.action,     e.resource,  e.details,
                                                     e.ip_address, e.user_agent};
        return std::ranges::any_of(fields, [&](const std::optional<std::string>& field) {
            return field && to_lower(*field).find(to_lower(text)) != std::string::npos;
        });
    }

    std::vector<StoredEvent> events_;
    std::map<std::int64_t, std::string> emails_;
    std::int64_t widest_ = 0;
};

}  // namespace rgw::audit
