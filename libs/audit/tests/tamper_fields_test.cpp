#include <concepts>

#include "event_fields.hpp"
#include "tamper_matrix.hpp"

namespace rgw::audit {
namespace {

// Different values of a field, none of them the one it has.
std::vector<Timestamp> others(Timestamp at) {
    return {at + std::chrono::microseconds(1), at - std::chrono::hours(1), Timestamp{}};
}
std::vector<Phase> others(Phase phase) {
    return phase == Phase::outcome ? std::vector{Phase::single, Phase::intent}
                                   : std::vector{Phase::outcome};
}
std::vector<std::string> others(const std::string& text) {
    std::string last = text;
    last.back() = static_cast<char>(last.back() ^ 1);
    return {"", text + " ", last};
}
template <std::signed_integral T>
std::vector<T> others(T number) {
    return {number + 1, 0, static_cast<T>(-number), number ^ (T{1} << 30)};
}
template <class T>
std::vector<std::optional<T>> others(const std::optional<T>& field) {
    std::vector<std::optional<T>> out = {std::nullopt};
    for (const T& other : others(*field)) {
        out.emplace_back(other);
    }
    return out;
}

struct Edit {
    std::string what;
    std::function<void(Event&)> apply;
};

std::vector<Edit> edits_of_every_field(const Event& original) {
    std::vector<Edit> edits;
    for_each_field(original, [&](std::string_view field, const auto& value) {
        for (const auto& other : others(value)) {
            edits.push_back({std::string(field), [field, other](Event& event) {
                                 for_each_field(event, [&](std::string_view at, auto& here) {
                                     if constexpr (std::is_same_v<std::decay_t<decltype(here)>,
                                                                  std::decay_t<decltype(other)>>) {
                                         if (at == field) {
                                             here = other;
                                         }
                                     }
                                 });
                             }});
        }
    });
    return edits;
}

// One log less for each edit: only what is behind the last untouched checkpoint is fed, from the
// head of before.
TEST(TamperMatrix, EveryFieldOfAnEventIsGuardedByTheKeyAndByTheNextCheckpoint) {
    constexpr std::int64_t start = 1200;
    SealedLog log;
    log.append(full_events(start), sample_key(), every);
    const Head head = log.head;
    log.append(full_events(every + 50), sample_key(), every);
    const std::vector<StoredEvent> rows(log.rows.begin() + start, log.rows.end());
    std::map<std::string, int> edited;
    for (const std::int64_t index : {start, victim, start + every - 1, start + every + 7}) {
        const auto at = static_cast<std::size_t>(index - start);
        for (const Edit& edit : edits_of_every_field(rows[at].event)) {
            std::vector<StoredEvent> changed = rows;
            edit.apply(changed[at].event);
            ASSERT_NE(canonical(changed[at].event, 1), canonical(rows[at].event, 1)) << edit.what;
            ++edited[edit.what];
            for (const With with : each_kind) {
                SCOPED_TRACE(edit.what + " of " + std::to_string(index) + ", with " +
                             std::string(name(with)));
                Evidence evidence{.start = head};
                if (with != With::checkpoints) {
                    evidence.keys = {sample_key()};
                }
                if (with != With::keys) {
                    evidence.verifiers = {verifier_of(sample_signer())};
                    evidence.checkpoints = {log.checkpoints.end() - 2, log.checkpoints.end()};
                }
                const EvidenceReport report = checked(evidence, changed);
                const bool covered = with != With::keys && index < start + every;
                ASSERT_EQ(report.log.first_bad.has_value(), with != With::checkpoints);
                if (report.log.first_bad) {
                    EXPECT_EQ(report.log.first_bad->chain_index, index);
                    EXPECT_EQ(report.log.first_bad->fault, Fault::altered);
                }
                EXPECT_EQ(report.differs_within,
                          covered ? std::optional(around_victim) : std::nullopt);
                if (with == With::checkpoints && !covered) {
                    EXPECT_THAT(report.not_proven, Contains(HasSubstr("nothing speaks for what")));
                }
            }
        }
    }
    EXPECT_EQ(edited.size(), 22U);
}

}  // namespace
}  // namespace rgw::audit
