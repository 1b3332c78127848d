#pragma once

// What LogReader makes of every LogStore, page after page. The fixture is that of log_contract.hpp.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "log_contract.hpp"

namespace rgw::audit {

template <class Fixture>
class LogPagesContract : public LogContract<Fixture> {};
TYPED_TEST_SUITE_P(LogPagesContract);

TYPED_TEST_P(LogPagesContract, AWalkSeesEveryEventOnceWhileOthersAreAppended) {
    std::vector<std::int64_t> intents;
    for (int i = 0; i < 60; ++i) {
        // Runs of one to four of the same, and intents that are still open.
        for (int j = 0; j <= i % 4; ++j) {
            this->add("r" + std::to_string(i));
        }
        intents.push_back(this->add_intent("i" + std::to_string(i)));
    }
    const std::int64_t before_walk = intents.back() + 1;
    for (const std::int64_t limit : {1, 7, 50, 500}) {
        std::vector<std::int64_t> seen;
        std::optional<Walk> walk;
        std::int64_t total = -1;
        do {
            const GroupPage page = this->list({.before = walk, .limit = limit});
            EXPECT_LE(page.groups.size(), static_cast<std::size_t>(limit));
            for (const Group& group : page.groups) {
                for (std::int64_t i = group.newest.chain_index; i >= group.first_index; --i) {
                    seen.push_back(i);
                }
                EXPECT_EQ(group.events, group.newest.chain_index - group.first_index + 1);
            }
            total = page.end.total.events;
            walk = page.end.next;
            if (walk) {
                walk = parse_cursor(write_cursor(*walk)).value();
                // Meanwhile: something new, and the outcome of an intent not shown yet.
                this->add("new");
                if (limit == 7 && !intents.empty()) {
                    this->add_outcome(intents.front(), "late");
                    intents.erase(intents.begin());
                }
            }
        } while (walk);
        if (limit <= 7) {
            ASSERT_GE(seen.size(), static_cast<std::size_t>(before_walk));
            EXPECT_EQ(std::set<std::int64_t>(seen.begin(), seen.end()).size(), seen.size());
            EXPECT_TRUE(std::ranges::is_sorted(seen, std::greater<>()));
        }
        if (limit == 1) {
            EXPECT_EQ(seen.size(), static_cast<std::size_t>(before_walk));
            EXPECT_EQ(total, before_walk);
        }
    }
}

TYPED_TEST_P(LogPagesContract, PagesByNumberReachWhatACursorReaches) {
    for (int i = 0; i < 23; ++i) {
        this->add("r" + std::to_string(i));
        this->add("r" + std::to_string(i));
    }
    std::vector<std::int64_t> paged;
    for (std::int64_t page = 1; page <= 4; ++page) {
        const GroupPage entries = this->list({.page = page, .limit = 6});
        EXPECT_EQ(entries.end.total.events, 46);
        EXPECT_EQ(entries.end.next.has_value(), page < 4);
        for (const std::int64_t index : this->indexes(entries)) {
            paged.push_back(index);
        }
    }
    EXPECT_EQ(paged, this->found({}));
    EXPECT_EQ(paged.size(), 23U);
    const GroupPage beyond = this->list({.page = 5, .limit = 6});
    EXPECT_THAT(beyond.groups, IsEmpty());
    EXPECT_EQ(beyond.end.total.events, 46);
    EXPECT_THAT(this->indexes(this->raw({.page = 2, .limit = 20})).front(), 25);
}

TYPED_TEST_P(LogPagesContract, ASearchThatIsCutSaysHowFarItCameAndGoesOn) {
    this->add("needle");
    for (int i = 0; i < 50; ++i) {
        this->add("hay-" + std::to_string(i));
    }
    this->add("needle");
    LogReader hasty(this->fixture_.log(), {.look = 20, .look_for_text = 10, .fetch = 1000});
    std::vector<std::int64_t> found;
    std::optional<Walk> walk;
    int pages = 0;
    do {
        const GroupPage page =
            this->wait(hasty.list({.filter = {.search = "needle"}, .before = walk}, soon()))
                .value();
        for (const std::int64_t index : this->indexes(page)) {
            found.push_back(index);
        }
        walk = page.end.next;
        EXPECT_EQ(page.end.searched_to.has_value(), walk.has_value());
        if (walk) {
            EXPECT_EQ(page.end.searched_to,
                      log_noon + std::chrono::seconds(walk->window.before + 1));
            EXPECT_TRUE(page.end.total.capped);
        }
        ++pages;
    } while (walk);
    EXPECT_THAT(found, ElementsAre(51, 0));
    EXPECT_EQ(pages, 6);
    // Statuses and users that few events have are found at once.
    Event rare = sample_event("x");
    rare.user_email = "rare@example.com";
    rare.status = "denied";
    this->fixture_.append(rare);
    for (int i = 0; i < 50; ++i) {
        this->add("hay-" + std::to_string(i));
    }
    const GroupPage of_user =
        this->wait(hasty.list({.filter = {.user_email = "rare@example.com"}}, soon())).value();
    EXPECT_THAT(this->indexes(of_user), ElementsAre(52));
    EXPECT_EQ(of_user.end.next, std::nullopt);
    EXPECT_EQ(of_user.end.total.events, 1);
    EXPECT_THAT(
        this->indexes(this->wait(hasty.list({.filter = {.status = "denied"}}, soon())).value()),
        ElementsAre(52));
}

TYPED_TEST_P(LogPagesContract, AGroupThatIsCutBelongsToTheNextPage) {
    for (int i = 0; i < 30; ++i) {
        this->add("same");
    }
    this->add("other");
    LogReader hasty(this->fixture_.log(), {.look = 20, .fetch = 1000});
    const GroupPage first = this->wait(hasty.list({}, soon())).value();
    EXPECT_THAT(this->indexes(first), ElementsAre(30)) << "the open group is the next page's";
    std::int64_t events = 0;
    std::optional<Walk> walk = first.end.next;
    int pages = 0;
    while (walk && ++pages < 10) {
        const GroupPage page = this->wait(hasty.list({.before = walk}, soon())).value();
        ASSERT_EQ(page.groups.size(), 1U);
        events += page.groups[0].events;
        walk = page.end.next;
    }
    EXPECT_EQ(events, 30);
    EXPECT_EQ(pages, 2) << "alone it is more than a page may look at";
}

TYPED_TEST_P(LogPagesContract, AnExportHoldsEverythingNewestFirst) {
    for (int i = 0; i < 10; ++i) {
        this->add("r" + std::to_string(i));
    }
    const std::int64_t intent = this->add_intent("web");
    this->add_outcome(intent, "web");
    const std::string csv = this->exported({}, ExportFormat::csv);
    EXPECT_EQ(std::ranges::count(csv, '\n'), 12);
    EXPECT_LT(csv.find(",web,"), csv.find(",r9,"));
    EXPECT_LT(csv.find(",r9,"), csv.find(",r0,"));
    const std::string ndjson = this->exported({}, ExportFormat::ndjson);
    EXPECT_EQ(std::ranges::count(ndjson, '\n'), 12);
    EXPECT_LT(ndjson.find(R"("phase":"outcome","intent_index":10)"),
              ndjson.find(R"("phase":"intent")"));
    EXPECT_EQ(std::ranges::count(this->exported({.search = "r3"}, ExportFormat::ndjson), '\n'), 1);
}

REGISTER_TYPED_TEST_SUITE_P(LogPagesContract, AWalkSeesEveryEventOnceWhileOthersAreAppended,
                            PagesByNumberReachWhatACursorReaches,
                            ASearchThatIsCutSaysHowFarItCameAndGoesOn,
                            AGroupThatIsCutBelongsToTheNextPage,
                            AnExportHoldsEverythingNewestFirst);

}  // namespace rgw::audit
