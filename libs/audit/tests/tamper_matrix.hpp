#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sealed_log.hpp"

// What is done to a log, and what finds it: with the HMAC key, with checkpoints and the public key,
// with both. What is not found must be named as such.
namespace rgw::audit {

using ::testing::Contains;
using ::testing::HasSubstr;

inline constexpr std::int64_t events_in_all = 2050;  // the last 50 are in no checkpoint
inline constexpr std::int64_t every = 100;
inline constexpr std::int64_t newest = 2000;
inline constexpr std::int64_t victim = 1234;
inline constexpr IndexRange around_victim{.begin = 1200, .end = 1300};

inline const SealedLog& untouched() {
    static const SealedLog log = [] {
        SealedLog made;
        made.append(full_events(events_in_all), sample_key(), every);
        return made;
    }();
    return log;
}

struct Bad {
    std::int64_t chain_index;
    Fault fault;
    bool operator==(const Bad&) const = default;
};

// What one kind of evidence shows.
struct Seen {
    std::optional<Bad> bad;                          // the first bad event
    std::optional<IndexRange> range;                 // between two checkpoints
    std::map<Verdict, std::int64_t> against;         // checkpoints that are not reproduced
    std::optional<std::int64_t> confirmed = newest;  // nothing: not compared
    std::vector<std::string_view> not_proven;        // parts of sentences that must be there
};

enum class With : std::uint8_t { keys, checkpoints, both };
inline constexpr With each_kind[] = {With::keys, With::checkpoints, With::both};

inline std::string_view name(With with) {
    return with == With::keys ? "keys" : with == With::checkpoints ? "checkpoints" : "both";
}

struct Case {
    std::string what;
    std::function<void(SealedLog&)> tamper;
    Seen with_keys;
    Seen with_checkpoints;
    Seen with_both;
    std::vector<Key> keys = {sample_key()};
    enum class HeadIs : std::uint8_t { missing, given } head = HeadIs::missing;

    [[nodiscard]] const Seen& seen(With with) const {
        return with == With::keys          ? with_keys
               : with == With::checkpoints ? with_checkpoints
                                           : with_both;
    }
};

inline EvidenceReport report_of(const Case& c, const SealedLog& log, With with) {
    Evidence evidence;
    if (with != With::checkpoints) {
        evidence.keys = c.keys;
    }
    if (with != With::keys) {
        evidence.verifiers = {verifier_of(sample_signer())};
        evidence.checkpoints = log.checkpoints;
    }
    return checked(evidence, log.rows,
                   c.head == Case::HeadIs::given ? std::optional(log.head) : std::nullopt);
}

inline void expect(const Case& c) {
    SealedLog log = untouched();
    c.tamper(log);
    for (const With with : each_kind) {
        SCOPED_TRACE(c.what + ", with " + std::string(name(with)));
        const Seen& seen = c.seen(with);
        const EvidenceReport report = report_of(c, log, with);
        std::optional<Bad> bad;
        if (report.log.first_bad) {
            bad = {report.log.first_bad->chain_index, report.log.first_bad->fault};
        }
        EXPECT_EQ(bad, seen.bad) << (bad ? report.log.first_bad->explanation : "nothing");
        EXPECT_EQ(report.differs_within, seen.range);
        std::map<Verdict, std::int64_t> against;
        for (const CheckpointFinding& checkpoint : report.checkpoints) {
            if (checkpoint.verdict != Verdict::reproduced) {
                ++against[checkpoint.verdict];
            }
        }
        EXPECT_EQ(against, seen.against);
        if (with != With::keys && seen.confirmed) {
            EXPECT_EQ(report.confirmed, *seen.confirmed);
        }
        const bool found = seen.bad || seen.range || against.contains(Verdict::beyond) ||
                           against.contains(Verdict::wrongly_signed) ||
                           against.contains(Verdict::malformed);
        EXPECT_EQ(report.intact(), !found);
        for (const std::string_view sentence : seen.not_proven) {
            EXPECT_THAT(report.not_proven, Contains(HasSubstr(sentence)));
        }
    }
}

inline std::optional<Bad> bad(std::int64_t index, Fault fault) {
    return Bad{index, fault};
}

// The sentences that name what was not found.
inline constexpr std::string_view key_holder =
    "somebody who knew the HMAC key could have rewritten";
inline constexpr std::string_view no_end = "No head was given: events removed from the end";
inline constexpr std::string_view no_end_from_newest =
    "events removed from the end from index 2000 on";
inline constexpr std::string_view head_beside = "The head lies beside the events";
inline constexpr std::string_view range_only = "found only as the range between two checkpoints";
inline constexpr std::string_view chain_only =
    "from 2000 on are after the newest checkpoint that agrees: "
    "only the HMAC chain speaks";
inline constexpr std::string_view nothing_speaks =
    "from 2000 on are after the newest checkpoint that agrees: nothing speaks";
inline constexpr std::string_view copies_elsewhere = "only copies kept elsewhere exclude that";

}  // namespace rgw::audit
