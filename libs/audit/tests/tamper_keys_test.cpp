#include "tamper_matrix.hpp"

namespace rgw::audit {
namespace {

// Everything from `index` on is written anew by somebody who has this key; checkpoints stay.
void reseal(SealedLog& log, std::int64_t index, const Key& key) {
    std::vector<Event> events;
    events.reserve(log.rows.size());
    for (const StoredEvent& stored : log.rows) {
        events.push_back(stored.event);
    }
    SealedLog made;
    const auto at = events.begin() + index;
    made.append({events.begin(), at}, sample_key(), every);
    at->user_email = "mallory@example.com";
    made.append({at, events.end()}, key, every);
    log.rows = made.rows;
    log.head = made.head;
}

TEST(TamperMatrix, SomebodyHasTheHmacKeyAndNotTheSigningKey) {
    const auto differs = [](std::int64_t from) {
        return Seen{.range = IndexRange{.begin = from, .end = from + every},
                    .against = {{Verdict::contradicted, (newest - from) / every}},
                    .confirmed = from};
    };
    using HeadIs = Case::HeadIs;
    const Case cases[] = {
        {.what = "all of it sealed anew",
         .tamper = [](SealedLog& log) { reseal(log, 0, sample_key()); },
         .with_keys = {.not_proven = {key_holder}},
         .with_checkpoints = differs(0),
         .with_both = differs(0),
         .head = HeadIs::given},
        {.what = "sealed anew from the victim on",
         .tamper = [](SealedLog& log) { reseal(log, victim, sample_key()); },
         .with_keys = {.not_proven = {key_holder}},
         .with_checkpoints = differs(1200),
         .with_both = differs(1200),
         .head = HeadIs::given},
        {.what = "sealed anew behind the newest checkpoint",
         .tamper = [](SealedLog& log) { reseal(log, 2020, sample_key()); },
         .with_keys = {.not_proven = {key_holder}},
         .with_checkpoints = {.not_proven = {nothing_speaks}},
         .with_both = {.not_proven = {chain_only}},
         .head = HeadIs::given},
        {.what = "sealed anew, with checkpoints of a key of their own",
         .tamper =
             [](SealedLog& log) {
                 reseal(log, 0, sample_key());
                 const NoteSigner own = sample_signer(sample_origin, 'm');
                 for (std::string& note : log.checkpoints) {
                     note = write_checkpoint(parse_checkpoint(note).value(), own);
                 }
             },
         .with_keys = {.not_proven = {key_holder}},
         .with_checkpoints = {.against = {{Verdict::unknown_signer, 20}},
                              .confirmed = 0,
                              .not_proven = {"could have written anything",
                                             "20 of the checkpoints prove nothing"}},
         .with_both = {.against = {{Verdict::unknown_signer, 20}},
                       .confirmed = 0,
                       .not_proven = {key_holder, "20 of the checkpoints prove nothing"}},
         .head = HeadIs::given},
    };
    for (const Case& c : cases) {
        expect(c);
    }
}

// Nobody is the attacker here, or somebody with a key of before.
TEST(TamperMatrix, WrongAndRotatedKeys) {
    const Key newer = sample_key("the key of after");
    constexpr std::int64_t rotation = 1000;
    const auto rotate = [&](SealedLog& log) {
        log = {};
        log.append(full_events(rotation), sample_key(), every);
        log.append(full_events(events_in_all - rotation), newer, every);
    };
    const auto unknown_from = [](std::int64_t index) {
        return Seen{.bad = bad(index, Fault::unknown_key)};
    };
    using HeadIs = Case::HeadIs;
    const Case cases[] = {
        {.what = "untouched",
         .tamper = [](SealedLog&) {},
         .with_keys = {.not_proven = {key_holder}},
         .with_checkpoints = {.not_proven = {range_only, nothing_speaks}},
         .with_both = {.not_proven = {chain_only}},
         .head = HeadIs::given},
        {.what = "the wrong key",
         .tamper = [](SealedLog&) {},
         .with_keys = unknown_from(0),
         .with_checkpoints = {},
         .with_both = unknown_from(0),
         .keys = {newer}},
        {.what = "two keys, both given",
         .tamper = rotate,
         .with_keys = {.not_proven = {key_holder}},
         .with_checkpoints = {},
         .with_both = {},
         .keys = {newer, sample_key()},
         .head = HeadIs::given},
        {.what = "two keys, the newer one given",
         .tamper = rotate,
         .with_keys = unknown_from(0),
         .with_checkpoints = {},
         .with_both = unknown_from(0),
         .keys = {newer}},
        {.what = "two keys, the older one given",
         .tamper = rotate,
         .with_keys = unknown_from(rotation),
         .with_checkpoints = {},
         .with_both = unknown_from(rotation),
         .keys = {sample_key()}},
        {.what = "the end written with the key of before, which had leaked",
         .tamper =
             [&](SealedLog& log) {
                 log = {};
                 log.append(full_events(rotation), sample_key(), every);
                 log.append(full_events(newest + 20 - rotation), newer, every);
                 log.append(full_events(30), sample_key(), every);
             },
         .with_keys = {.not_proven = {key_holder}},
         .with_checkpoints = {.not_proven = {nothing_speaks}},
         .with_both = {.not_proven = {chain_only}},
         .keys = {newer, sample_key()},
         .head = HeadIs::given},
    };
    for (const Case& c : cases) {
        expect(c);
    }
}

TEST(TamperMatrix, TheCheckpointsThemselves) {
    const auto replace_newest = [](const std::function<std::string(const std::string&)>& change) {
        return
            [change](SealedLog& log) { log.checkpoints.back() = change(log.checkpoints.back()); };
    };
    const auto against = [](Verdict verdict) {
        return Seen{.against = {{verdict, 1}},
                    .confirmed = newest - every,
                    .not_proven = {"from 1900 on are after the newest checkpoint that agrees"}};
    };
    const auto resigned = [](const std::string& note, const NoteSigner& signer,
                             const std::string& origin) {
        Checkpoint checkpoint = parse_checkpoint(note).value();
        checkpoint.origin = origin;
        return write_checkpoint(checkpoint, signer);
    };
    struct Row {
        std::string what;
        std::function<std::string(const std::string&)> change;
        Verdict verdict;
    };
    const Row rows[] = {
        {"its size edited",
         [](std::string note) { return note.replace(note.find("\n2000\n"), 6, "\n2010\n"); },
         Verdict::wrongly_signed},
        {"its root edited",
         [](std::string note) {
             note[note.find("\n2000\n") + 8] ^= 1;
             return note;
         },
         Verdict::wrongly_signed},
        {"its origin edited", [](const std::string& note) { return "x" + note; },
         Verdict::wrongly_signed},
        {"its signature taken from another",
         [](const std::string& note) {
             const std::string other = untouched().checkpoints.front();
             return note.substr(0, note.find("\n\n")) + other.substr(other.find("\n\n"));
         },
         Verdict::wrongly_signed},
        {"its signature cut",
         [](const std::string& note) { return note.substr(0, note.size() - 5); },
         Verdict::malformed},
        {"signed by an unknown key",
         [&](const std::string& note) {
             return resigned(note, sample_signer(sample_origin, 'x'), sample_origin);
         },
         Verdict::unknown_signer},
        {"signed under another name by the same key",
         [&](const std::string& note) {
             return resigned(note, sample_signer("other.example.com"), sample_origin);
         },
         Verdict::unknown_signer},
        {"of another log of the same key",
         [&](const std::string& note) {
             return resigned(note, sample_signer(), "staging.example.com/audit");
         },
         Verdict::other_log},
    };
    for (const Row& row : rows) {
        expect({.what = row.what,
                .tamper = replace_newest(row.change),
                .with_keys = {.not_proven = {key_holder}},
                .with_checkpoints = against(row.verdict),
                .with_both = against(row.verdict)});
    }
}

}  // namespace
}  // namespace rgw::audit
