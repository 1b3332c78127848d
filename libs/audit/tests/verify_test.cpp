#include "rgw/audit/verify.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "memory_store.hpp"
#include "sample_events.hpp"

namespace rgw::audit {
namespace {

struct Log {
    std::vector<StoredEvent> rows;
    Head head;
};

Log sealed_log(int count, const Key& key = sample_key(), Head start = {}) {
    std::vector<PreparedEvent> events;
    for (int i = 0; i < count; ++i) {
        Event event = full_event();
        event.resource = "app-" + std::to_string(i);
        events.push_back(prepare(event, key));
    }
    const SealedBatch batch = seal(start, events, key);
    Log log{.head = batch.head};
    for (const SealedEvent& sealed : batch.events) {
        log.rows.push_back(MemoryStore::stored(sealed, batch.key_id));
    }
    return log;
}

VerifyReport verified(const std::vector<StoredEvent>& rows, const std::optional<Head>& head,
                      const std::vector<Key>& keys = {sample_key()}) {
    Verifier verifier(keys);
    for (const StoredEvent& row : rows) {
        verifier.add(row);
    }
    return verifier.finish(head);
}

void expect_bad(const VerifyReport& report, std::int64_t index, Fault fault,
                std::string_view what) {
    ASSERT_TRUE(report.first_bad) << what;
    EXPECT_EQ(report.first_bad->chain_index, index) << what;
    EXPECT_EQ(name(report.first_bad->fault), name(fault)) << what;
    EXPECT_NE(report.first_bad->explanation.find(std::to_string(index)), std::string::npos);
}

TEST(Verifier, FindsNothingWrongWithAnUntouchedLogAndSaysWhatItSaw) {
    const Log log = sealed_log(7);
    const VerifyReport report = verified(log.rows, log.head);
    EXPECT_TRUE(report.intact());
    EXPECT_EQ(report.events_seen, 7);
    EXPECT_EQ(report.next_index, 7);
    EXPECT_EQ(report.root, log.head.tree.root());
    EXPECT_TRUE(verified({}, Head{}).intact());
}

// Every byte of every stored column, one at a time.
TEST(Verifier, NamesTheEventInWhichAnySingleByteOfAnyColumnWasFlipped) {
    using Bytes = std::function<std::string*(StoredEvent&)>;
    const std::pair<std::string_view, Bytes> texts[] = {
        {"previous_hash", [](StoredEvent& e) { return &*e.previous_hash; }},
        {"event_hash", [](StoredEvent& e) { return &e.event_hash; }},
        {"user_email", [](StoredEvent& e) { return &e.event.user_email; }},
        {"user_name", [](StoredEvent& e) { return &*e.event.user_name; }},
        {"api_token_name", [](StoredEvent& e) { return &*e.event.api_token_name; }},
        {"action_type", [](StoredEvent& e) { return &e.event.action_type; }},
        {"action", [](StoredEvent& e) { return &e.event.action; }},
        {"command", [](StoredEvent& e) { return &*e.event.command; }},
        {"resource", [](StoredEvent& e) { return &*e.event.resource; }},
        {"resource_type", [](StoredEvent& e) { return &*e.event.resource_type; }},
        {"details", [](StoredEvent& e) { return &*e.event.details; }},
        {"request_id", [](StoredEvent& e) { return &*e.event.request_id; }},
        {"ip_address", [](StoredEvent& e) { return &*e.event.ip_address; }},
        {"user_agent", [](StoredEvent& e) { return &*e.event.user_agent; }},
        {"status", [](StoredEvent& e) { return &e.event.status; }},
        {"rbac_decision", [](StoredEvent& e) { return &*e.event.rbac_decision; }},
    };
    const Log log = sealed_log(5);
    for (const auto& [column, bytes] : texts) {
        StoredEvent original = log.rows[2];
        for (std::size_t at = 0; at < bytes(original)->size(); ++at) {
            std::vector<StoredEvent> rows = log.rows;
            (*bytes(rows[2]))[at] = static_cast<char>((*bytes(rows[2]))[at] ^ 1);
            const Fault fault = column == "previous_hash" ? Fault::broken_link : Fault::altered;
            expect_bad(verified(rows, log.head), 2, fault, column);
        }
    }
}

TEST(Verifier, NamesTheEventInWhichANumberAPhaseOrAPresenceWasChanged) {
    using Change = std::function<void(StoredEvent&)>;
    const Change changes[] = {
        [](StoredEvent& e) { e.event.at += std::chrono::microseconds(1); },
        [](StoredEvent& e) { e.event.phase = Phase::single; },
        [](StoredEvent& e) { e.event.intent_index = 40; },
        [](StoredEvent& e) { e.event.intent_index.reset(); },
        [](StoredEvent& e) { *e.event.api_token_id ^= 1LL << 40U; },
        [](StoredEvent& e) { e.event.api_token_id.reset(); },
        [](StoredEvent& e) { e.event.http_status = 201; },
        [](StoredEvent& e) { e.event.http_status.reset(); },
        [](StoredEvent& e) { e.event.response_time_ms += 1; },
        [](StoredEvent& e) { e.event.event_count = 1; },
        [](StoredEvent& e) { e.event.deploy_approval_request_id.reset(); },
        [](StoredEvent& e) { e.event.user_name.reset(); },
        [](StoredEvent& e) { e.event.details = ""; },
        [](StoredEvent& e) { e.event_hash.clear(); },
        [](StoredEvent& e) { e.event_hash += 'x'; },
    };
    const Log log = sealed_log(5);
    for (std::size_t i = 0; i < std::size(changes); ++i) {
        std::vector<StoredEvent> rows = log.rows;
        changes[i](rows[3]);
        expect_bad(verified(rows, log.head), 3, Fault::altered, "change " + std::to_string(i));
    }
}

TEST(Verifier, NamesWhatIsMissingDoubledOrSwapped) {
    const Log log = sealed_log(6);
    for (std::int64_t gone = 0; gone < 5; ++gone) {
        std::vector<StoredEvent> rows = log.rows;
        rows.erase(rows.begin() + gone);
        expect_bad(verified(rows, log.head), gone, Fault::missing, "deleted");
    }
    std::vector<StoredEvent> doubled = log.rows;
    doubled.insert(doubled.begin() + 3, doubled[2]);
    expect_bad(verified(doubled, log.head), 2, Fault::out_of_order, "doubled");

    std::vector<StoredEvent> swapped = log.rows;
    std::swap(swapped[2], swapped[3]);
    expect_bad(verified(swapped, log.head), 2, Fault::missing, "order swapped");

    // swapped, and renumbered to hide it
    std::swap(swapped[2].chain_index, swapped[3].chain_index);
    expect_bad(verified(swapped, log.head), 2, Fault::broken_link, "content swapped");
    std::swap(swapped[2].previous_hash, swapped[3].previous_hash);
    expect_bad(verified(swapped, log.head), 2, Fault::altered, "content swapped, links kept");

    // one removed and everything behind it renumbered and relinked
    std::vector<StoredEvent> closed_up = log.rows;
    closed_up.erase(closed_up.begin() + 2);
    for (std::size_t i = 2; i < closed_up.size(); ++i) {
        closed_up[i].chain_index = static_cast<std::int64_t>(i);
        closed_up[i].previous_hash = closed_up[i - 1].event_hash;
    }
    expect_bad(verified(closed_up, log.head), 2, Fault::altered, "closed up");
}

TEST(Verifier, AnInsertedEventSealedWithAnotherKeyIsFoundEvenIfTheKeyIsKnown) {
    const Key forger = sample_key("forger");
    Log log = sealed_log(4);
    const Log forged = sealed_log(1, forger, sealed_log(4).head);
    log.rows.push_back(forged.rows[0]);
    expect_bad(verified(log.rows, forged.head), 4, Fault::unknown_key, "unknown key");
    // a key of before a rotation is fine, its events come in their own place
    EXPECT_TRUE(verified(log.rows, forged.head, {sample_key(), forger}).intact());
}

TEST(Verifier, NamesAFormatAKeyOrAColumnItCannotRead) {
    const Log log = sealed_log(3);
    std::vector<StoredEvent> rows = log.rows;
    rows[1].format = 2;
    expect_bad(verified(rows, log.head), 1, Fault::unknown_format, "format");
    rows = log.rows;
    rows[1].key_id ^= 1;
    expect_bad(verified(rows, log.head), 1, Fault::unknown_key, "key");
    // the same 32 bits, which are all that is hashed
    for (const std::vector<Key>& keys : {std::vector<Key>{}, std::vector<Key>{sample_key()}}) {
        rows = log.rows;
        rows[1].key_id += std::int64_t{1} << 32;
        expect_bad(verified(rows, log.head, keys), 1, Fault::unreadable, "wide key");
    }
    rows = log.rows;
    rows[1].unreadable = "phase";
    expect_bad(verified(rows, log.head), 1, Fault::unreadable, "phase");
}

TEST(Verifier, TheHeadShowsWhatWasCutOffOrAdded) {
    const Log log = sealed_log(6);
    const std::vector<StoredEvent> shorter(log.rows.begin(), log.rows.begin() + 4);
    expect_bad(verified(shorter, log.head), 4, Fault::cut_off, "truncated");
    expect_bad(verified({}, log.head), 0, Fault::cut_off, "emptied");
    expect_bad(verified(log.rows, sealed_log(4).head), 4, Fault::beyond_head, "head moved back");

    Head other_hash = log.head;
    other_hash.last_hash = Hash{};
    expect_bad(verified(log.rows, other_hash), 5, Fault::head_differs, "last hash");
    Head other_tree = log.head;
    other_tree.tree = sealed_log(6, sample_key("other")).head.tree;
    expect_bad(verified(log.rows, other_tree), 5, Fault::head_differs, "tree");

    const VerifyReport without_head = verified(shorter, std::nullopt);
    EXPECT_TRUE(without_head.intact());
    EXPECT_NE(without_head.not_proven.front().find("removed from the end"), std::string::npos);
}

TEST(Verifier, WithoutKeysLinksAndTheMerkleRootAreStillChecked) {
    const Log log = sealed_log(5);
    const VerifyReport report = verified(log.rows, log.head, {});
    EXPECT_TRUE(report.intact());
    EXPECT_NE(report.not_proven.front().find("No HMAC key"), std::string::npos);

    std::vector<StoredEvent> rows = log.rows;
    rows[2].event.action = "app.delete";
    expect_bad(verified(rows, log.head, {}), 4, Fault::head_differs, "only the root shows it");
    rows = log.rows;
    rows[2].event_hash[0] = static_cast<char>(rows[2].event_hash[0] ^ 1);
    expect_bad(verified(rows, log.head, {}), 3, Fault::broken_link, "the next link shows it");
}

TEST(Verifier, GoesOnFromATrustedHeadAndSaysThatItDidNotLookBefore) {
    const Log first = sealed_log(4);
    const Log second = sealed_log(3, sample_key(), first.head);
    const std::vector<Key> keys = {sample_key()};
    Verifier verifier(keys, first.head);
    for (const StoredEvent& row : second.rows) {
        EXPECT_TRUE(verifier.add(row));
    }
    const VerifyReport report = verifier.finish(second.head);
    EXPECT_TRUE(report.intact());
    EXPECT_EQ(report.first_index, 4);
    EXPECT_EQ(report.root, second.head.tree.root());
    EXPECT_NE(report.not_proven.front().find("before 4"), std::string::npos);
}

TEST(Verifier, CountsOnAfterTheFirstFaultAndKeepsThatFault) {
    Log log = sealed_log(6);
    log.rows[1].event.status = "failed";
    log.rows[4].event.status = "failed";
    const std::vector<Key> keys = {sample_key()};
    Verifier verifier(keys);
    EXPECT_TRUE(verifier.add(log.rows[0]));
    for (std::size_t i = 1; i < 6; ++i) {
        EXPECT_FALSE(verifier.add(log.rows[i]));
    }
    const VerifyReport report = verifier.finish(log.head);
    EXPECT_EQ(report.first_bad->chain_index, 1);
    EXPECT_EQ(report.events_seen, 6);
    EXPECT_EQ(report.next_index, 1);
}

}  // namespace
}  // namespace rgw::audit
