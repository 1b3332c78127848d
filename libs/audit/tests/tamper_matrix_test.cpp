#include "tamper_matrix.hpp"

namespace rgw::audit {
namespace {

StoredEvent& row(SealedLog& log, std::int64_t index) {
    return log.rows.at(static_cast<std::size_t>(index));
}

TEST(TamperMatrix, WhatIsStoredBesideTheFields) {
    const std::map<Verdict, std::int64_t> no_roots = {{Verdict::not_computable, 8}};
    const std::map<Verdict, std::int64_t> other_roots = {{Verdict::contradicted, 8}};
    const Seen altered{.bad = bad(victim, Fault::altered)};
    const Seen unlinked{.bad = bad(victim, Fault::broken_link)};
    const auto all_say = [&](Bad what) {
        return Seen{.bad = what, .against = no_roots, .confirmed = 1200};
    };
    const auto key_says = [](Bad what) { return Seen{.bad = what}; };
    const Case cases[] = {
        {"event_hash edited", [](SealedLog& log) { row(log, victim).event_hash[9] ^= 1; }, altered,
         Seen{.bad = bad(victim + 1, Fault::broken_link)}, altered},
        {"the last event_hash edited",
         [](SealedLog& log) { row(log, events_in_all - 1).event_hash[9] ^= 1; },
         Seen{.bad = bad(events_in_all - 1, Fault::altered)},
         Seen{.not_proven = {"compared with each other only"}},
         Seen{.bad = bad(events_in_all - 1, Fault::altered)}},
        {"event_hash and the next link edited",
         [](SealedLog& log) {
             row(log, victim).event_hash[9] ^= 1;
             row(log, victim + 1).previous_hash = row(log, victim).event_hash;
         },
         altered, Seen{.not_proven = {"compared with each other only"}}, altered},
        {"previous_hash edited", [](SealedLog& log) { (*row(log, victim).previous_hash)[0] ^= 1; },
         unlinked, unlinked, unlinked},
        {"previous_hash removed", [](SealedLog& log) { row(log, victim).previous_hash.reset(); },
         unlinked, unlinked, unlinked},
        {"chain_index edited", [](SealedLog& log) { row(log, victim).chain_index += 5; },
         key_says({victim, Fault::missing}), all_say({victim, Fault::missing}),
         all_say({victim, Fault::missing})},
        {"format edited", [](SealedLog& log) { row(log, victim).format = 2; },
         key_says({victim, Fault::unknown_format}), all_say({victim, Fault::unknown_format}),
         all_say({victim, Fault::unknown_format})},
        {"key_id edited", [](SealedLog& log) { row(log, victim).key_id ^= 1; },
         key_says({victim, Fault::unknown_key}),
         Seen{.range = around_victim, .against = other_roots, .confirmed = 1200},
         Seen{.bad = bad(victim, Fault::unknown_key),
              .range = around_victim,
              .against = other_roots,
              .confirmed = 1200}},
        {"key_id widened", [](SealedLog& log) { row(log, victim).key_id += std::int64_t{1} << 32; },
         key_says({victim, Fault::unreadable}), all_say({victim, Fault::unreadable}),
         all_say({victim, Fault::unreadable})},
        {"a column made unreadable", [](SealedLog& log) { row(log, victim).unreadable = "phase"; },
         key_says({victim, Fault::unreadable}), all_say({victim, Fault::unreadable}),
         all_say({victim, Fault::unreadable})},
    };
    for (const Case& c : cases) {
        expect(c);
    }
}

// Numbers and links as if nothing had happened; the hashes are what they were.
void close_up(SealedLog& log) {
    for (std::size_t i = 0; i < log.rows.size(); ++i) {
        log.rows[i].chain_index = static_cast<std::int64_t>(i);
        log.rows[i].previous_hash =
            i == 0 ? std::nullopt : std::optional(log.rows[i - 1].event_hash);
    }
}

void insert_copy(SealedLog& log, std::int64_t index) {
    StoredEvent forged = row(log, index);
    forged.event.action = "app.delete";
    forged.event_hash = std::string(32, 'f');
    log.rows.insert(log.rows.begin() + index, forged);
}

TEST(TamperMatrix, RowsInsertedDeletedSwappedOrDoubled) {
    const std::map<Verdict, std::int64_t> no_roots = {{Verdict::not_computable, 8}};
    const std::map<Verdict, std::int64_t> other_roots = {{Verdict::contradicted, 8}};
    const Seen range{.range = around_victim, .against = other_roots, .confirmed = 1200};
    const auto with_range = [&](Bad what) {
        Seen seen = range;
        seen.bad = what;
        return seen;
    };
    const auto without_roots = [&](Bad what) {
        return Seen{.bad = what, .against = no_roots, .confirmed = 1200};
    };
    const Seen altered{.bad = bad(victim, Fault::altered), .not_proven = {key_holder}};
    const Seen missing{.bad = bad(victim, Fault::missing)};
    const Seen twice{.bad = bad(victim, Fault::out_of_order)};
    Seen range_named = range;
    range_named.not_proven = {range_only};
    const Case cases[] = {
        {"deleted", [](SealedLog& log) { log.rows.erase(log.rows.begin() + victim); }, missing,
         without_roots({victim, Fault::missing}), without_roots({victim, Fault::missing})},
        {"deleted and closed up",
         [](SealedLog& log) {
             log.rows.erase(log.rows.begin() + victim);
             close_up(log);
         },
         altered, range_named, with_range({victim, Fault::altered})},
        {"inserted before the one of its index", [](SealedLog& log) { insert_copy(log, victim); },
         altered, with_range({victim, Fault::out_of_order}), with_range({victim, Fault::altered})},
        {"inserted and closed up",
         [](SealedLog& log) {
             insert_copy(log, victim);
             close_up(log);
         },
         altered, range_named, with_range({victim, Fault::altered})},
        {"swapped", [](SealedLog& log) { std::swap(row(log, victim), row(log, victim + 1)); },
         missing, without_roots({victim, Fault::missing}), without_roots({victim, Fault::missing})},
        {"swapped and closed up",
         [](SealedLog& log) {
             std::swap(row(log, victim), row(log, victim + 1));
             close_up(log);
         },
         altered, range_named, with_range({victim, Fault::altered})},
        {"doubled",
         [](SealedLog& log) { log.rows.insert(log.rows.begin() + victim, row(log, victim)); },
         twice, twice, twice},
        {"doubled and closed up",
         [](SealedLog& log) {
             log.rows.insert(log.rows.begin() + victim, row(log, victim));
             close_up(log);
         },
         Seen{.bad = bad(victim + 1, Fault::altered)}, range_named,
         with_range({victim + 1, Fault::altered})},
    };
    for (const Case& c : cases) {
        expect(c);
    }
}

void cut_to(SealedLog& log, std::int64_t size) {
    log.rows.resize(static_cast<std::size_t>(size));
}

// As it was when it had so many events.
void put_back(SealedLog& log, std::int64_t size) {
    SealedLog older;
    older.append(full_events(size), sample_key(), every);
    log.rows = older.rows;
    log.head = older.head;
}

TEST(TamperMatrix, TheEndCutOffOrAnOldCopyPutBack) {
    const auto beyond = [](std::int64_t count, std::int64_t confirmed) {
        return Seen{.against = {{Verdict::beyond, count}}, .confirmed = confirmed};
    };
    const auto cut = [](std::int64_t index) { return Seen{.bad = bad(index, Fault::cut_off)}; };
    Seen cut_and_beyond = beyond(1, 1900);
    cut_and_beyond.bad = bad(1950, Fault::cut_off);
    using HeadIs = Case::HeadIs;
    const Case cases[] = {
        {.what = "cut above the newest checkpoint",
         .tamper = [](SealedLog& log) { cut_to(log, 2010); },
         .with_keys = {.not_proven = {no_end}},
         .with_checkpoints = {.not_proven = {no_end_from_newest, nothing_speaks}},
         .with_both = {.not_proven = {no_end_from_newest, chain_only}}},
        {.what = "cut above the newest checkpoint, the head left",
         .tamper = [](SealedLog& log) { cut_to(log, 2010); },
         .with_keys = cut(2010),
         .with_checkpoints = cut(2010),
         .with_both = cut(2010),
         .head = HeadIs::given},
        {.what = "cut to the newest checkpoint",
         .tamper = [](SealedLog& log) { cut_to(log, newest); },
         .with_keys = {.not_proven = {no_end}},
         .with_checkpoints = {.not_proven = {no_end_from_newest}},
         .with_both = {.not_proven = {no_end_from_newest}}},
        {.what = "cut below the newest checkpoint",
         .tamper = [](SealedLog& log) { cut_to(log, 1950); },
         .with_keys = {.not_proven = {no_end}},
         .with_checkpoints = beyond(1, 1900),
         .with_both = beyond(1, 1900)},
        {.what = "cut below the newest checkpoint, the head left",
         .tamper = [](SealedLog& log) { cut_to(log, 1950); },
         .with_keys = cut(1950),
         .with_checkpoints = cut_and_beyond,
         .with_both = cut_and_beyond,
         .head = HeadIs::given},
        {.what = "an old copy put back",
         .tamper = [](SealedLog& log) { put_back(log, 1500); },
         .with_keys = {.not_proven = {head_beside}},
         .with_checkpoints = beyond(5, 1500),
         .with_both = beyond(5, 1500),
         .head = HeadIs::given},
        {.what = "an old copy put back, newer than every checkpoint kept",
         .tamper =
             [](SealedLog& log) {
                 put_back(log, 1500);
                 log.checkpoints.resize(15);
             },
         .with_keys = {.not_proven = {head_beside}},
         .with_checkpoints = {.confirmed = 1500, .not_proven = {head_beside, copies_elsewhere}},
         .with_both = {.confirmed = 1500, .not_proven = {head_beside, copies_elsewhere}},
         .head = HeadIs::given},
        {.what = "everything deleted",
         .tamper = [](SealedLog& log) { put_back(log, 0); },
         .with_keys = {.not_proven = {head_beside}},
         .with_checkpoints = beyond(20, 0),
         .with_both = beyond(20, 0),
         .head = HeadIs::given},
    };
    for (const Case& c : cases) {
        expect(c);
    }
}

}  // namespace
}  // namespace rgw::audit
