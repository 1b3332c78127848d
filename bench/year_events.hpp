#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "rgw/async/loop.hpp"
#include "rgw/audit/appender.hpp"
#include "rgw/audit/checkpoint_writer.hpp"

namespace rgw::bench {

// What a busy gateway records in a year, drawn from a seed: people and pipelines that read, change
// things (an intent, some seconds later its outcome), sign in, call the gateway's own API and are
// refused; 60 actors, 14 apps, texts as long as real ones.
class YearOfEvents {
public:
    YearOfEvents(Timestamp start, std::int64_t days, std::int64_t per_day);

    [[nodiscard]] std::int64_t days() const { return days_; }
    // What one caller does next: one event, or an intent. Nothing when the day's events are drawn.
    std::optional<audit::Event> next(std::int64_t day);
    // Of an intent that was stored at this index.
    audit::Event outcome_of(audit::Event intent, std::int64_t chain_index);

private:
    std::int64_t below(std::int64_t bound);
    std::string request_id(Timestamp at);
    void set_actor(audit::Event& event);
    void set_read(audit::Event& event);
    void set_change(audit::Event& event);
    void set_own_api(audit::Event& event);
    void set_sign_in(audit::Event& event);
    void set_refusal(audit::Event& event);

    std::mt19937_64 random_{20260101};
    Timestamp start_;
    std::int64_t days_;
    std::int64_t per_day_;
    std::int64_t drawn_ = 0;  // of the whole log
};

// Writes them all, day by day, through the real appender, with a checkpoint at the end of each day.
// On the appender's loop. Error: the first that an append met.
async::Task<Result<void>> write_year(async::Loop& loop, audit::Appender& appender,
                                     audit::CheckpointWriter& checkpoints, YearOfEvents& year,
                                     int callers);

}  // namespace rgw::bench
