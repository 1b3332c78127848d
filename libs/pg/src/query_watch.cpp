#include "rgw/pg/query_watch.hpp"

#include <algorithm>
#include <atomic>
#include <string>

#include "rgw/base/log.hpp"

namespace rgw::pg {
namespace {

using Count = std::atomic<std::uint64_t>;

constexpr std::size_t codes = static_cast<std::size_t>(Errc::internal) + 1;

// One writer: no need of an atomic addition.
void add(Count& count, std::uint64_t more = 1) {
    count.store(count.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

std::uint64_t read(const Count& count) {
    return count.load(std::memory_order_relaxed);
}

std::string names(std::span<const Answered> statements) {
    std::string text;
    for (const Answered& statement : statements) {
        text += (text.empty() ? "" : ", ") + std::string(statement.name);
    }
    return text;
}

}  // namespace

struct QueryWatch::Counted {
    std::array<Count, bounds.size() + 1> counts{};
    Count nanoseconds = 0;
    Count slow = 0;
    std::array<Count, codes> errors{};
    // Of the loop alone.
    std::chrono::steady_clock::time_point logged;
    std::uint64_t left_out = 0;
    bool ever_logged = false;
};

QueryWatch::QueryWatch(std::chrono::milliseconds slow) : slow_(slow) {}

QueryWatch::~QueryWatch() = default;

QueryWatch::Counted& QueryWatch::counted(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) {
        return *found->second;
    }
    const std::lock_guard lock(adding_);
    return *by_name_.emplace(name, std::make_unique<Counted>()).first->second;
}

void QueryWatch::on_round_trip(std::span<const Answered> statements, std::chrono::nanoseconds took,
                               std::chrono::steady_clock::time_point ended) {
    const double seconds = std::chrono::duration<double>(took).count();
    const auto bucket =
        static_cast<std::size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin());
    const bool slow = slow_ > slow_.zero() && took >= slow_;
    for (const Answered& statement : statements) {
        Counted& figures = counted(statement.name);
        add(figures.counts[bucket]);
        add(figures.nanoseconds, static_cast<std::uint64_t>(took.count()));
        if (slow) {
            add(figures.slow);
        }
        if (statement.failed) {
            add(figures.errors[static_cast<std::size_t>(*statement.failed)]);
        }
    }
    if (slow && !statements.empty()) {
        log_slow(statements, took, ended);
    }
}

void QueryWatch::log_slow(std::span<const Answered> statements, std::chrono::nanoseconds took,
                          std::chrono::steady_clock::time_point ended) {
    Counted& first = counted(statements.front().name);
    if (first.ever_logged && ended - first.logged < quiet) {
        ++first.left_out;
        return;
    }
    std::int64_t rows = 0;
    std::string_view outcome = "success";
    for (const Answered& statement : statements) {
        rows += statement.rows;
        outcome = statement.failed ? id(*statement.failed) : outcome;
    }
    log::warn("slow query", {{"query", names(statements)},
                             {"milliseconds",
                              std::chrono::duration_cast<std::chrono::milliseconds>(took).count()},
                             {"rows", rows},
                             {"outcome", outcome},
                             {"left_out", first.left_out}});
    first.logged = ended;
    first.ever_logged = true;
    first.left_out = 0;
}

std::vector<QueryFigures> QueryWatch::figures() const {
    const std::lock_guard lock(adding_);
    std::vector<QueryFigures> all;
    all.reserve(by_name_.size());
    for (const auto& [name, counted] : by_name_) {
        QueryFigures figures;
        figures.name = name;
        for (const Count& count : counted->counts) {
            figures.counts.push_back(read(count));
        }
        figures.seconds = static_cast<double>(read(counted->nanoseconds)) / 1e9;
        figures.slow = read(counted->slow);
        for (std::size_t code = 0; code < codes; ++code) {
            if (const std::uint64_t count = read(counted->errors[code]); count > 0) {
                figures.errors.emplace_back(static_cast<Errc>(code), count);
            }
        }
        all.push_back(std::move(figures));
    }
    return all;
}

}  // namespace rgw::pg
