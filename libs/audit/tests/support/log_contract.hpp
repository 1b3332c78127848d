#pragma once

// What every LogStore does, and what LogReader makes of it. A fixture gives log(), loop(),
// append(event), which returns its index, and add_user(id, email), on an empty log.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <set>
#include <string>
#include <vector>

#include "rgw/async/loop.hpp"
#include "rgw/audit/log_export.hpp"
#include "rgw/audit/log_reader.hpp"
#include "sample_events.hpp"

namespace rgw::audit {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

inline constexpr Timestamp log_noon{std::chrono::microseconds(1'795'000'000'000'000)};

inline Deadline soon() {
    return deadline_in(10s);
}

template <class Fixture>
class LogContract : public testing::Test {
protected:
    template <class T>
    T wait(async::Task<T> task) {
        return boost::asio::co_spawn(fixture_.loop().executor(), std::move(task),
                                     boost::asio::use_future)
            .get();
    }

    // Each a second after the one before.
    std::int64_t add(Event event) {
        event.at = log_noon + std::chrono::seconds(++clock_);
        return fixture_.append(std::move(event));
    }
    std::int64_t add(const std::string& resource) { return add(sample_event(resource)); }
    std::int64_t add_intent(const std::string& resource) {
        Event event = sample_event(resource);
        event.phase = Phase::intent;
        event.status = "pending";
        event.http_status.reset();
        return add(event);
    }
    std::int64_t add_outcome(std::int64_t intent, const std::string& resource) {
        Event event = sample_event(resource);
        event.phase = Phase::outcome;
        event.intent_index = intent;
        return add(event);
    }

    GroupPage list(PageRequest request) {
        return wait(reader_.list(std::move(request), soon())).value();
    }
    EventPage raw(PageRequest request) {
        return wait(reader_.list_raw(std::move(request), soon())).value();
    }
    static std::vector<std::int64_t> indexes(const GroupPage& page) {
        std::vector<std::int64_t> found;
        for (const Group& group : page.groups) {
            found.push_back(group.newest.chain_index);
        }
        return found;
    }
    static std::vector<std::int64_t> indexes(const EventPage& page) {
        std::vector<std::int64_t> found;
        for (const StoredEvent& event : page.events) {
            found.push_back(event.chain_index);
        }
        return found;
    }
    std::vector<std::int64_t> found(Filter filter) { return indexes(list({.filter = filter})); }
    std::string exported(Filter filter, ExportFormat format) {
        LogExport log_export(reader_, std::move(filter), format,
                             {.batch = 3, .query_timeout = 10s});
        EXPECT_TRUE(wait(log_export.open()));
        std::string all;
        for (std::string part; !(part = wait(log_export.next()).value()).empty();) {
            all += part;
        }
        return all;
    }

    Fixture fixture_;
    LogReader reader_{fixture_.log()};
    std::int64_t clock_ = 0;
};
TYPED_TEST_SUITE_P(LogContract);

TYPED_TEST_P(LogContract, AnEmptyLogHasOneEmptyPage) {
    const GroupPage page = this->list({});
    EXPECT_THAT(page.groups, IsEmpty());
    EXPECT_EQ(page.end.next, std::nullopt);
    EXPECT_EQ(page.end.total.events, 0);
    EXPECT_FALSE(page.end.total.capped);
    EXPECT_THAT(this->raw({}).events, IsEmpty());
    EXPECT_EQ(this->exported({}, ExportFormat::csv), csv_header());
    EXPECT_EQ(this->exported({}, ExportFormat::ndjson), "");
}

TYPED_TEST_P(LogContract, EachFilterFindsItsEventsAlone) {
    Event rich = sample_event("shop");
    rich.user_email = "bob@example.com";
    rich.status = "denied";
    rich.action_type = "gateway";
    rich.action = "env.set";
    rich.resource_type = "env";
    rich.rbac_decision = "deny";
    rich.request_id = "not-one-of-ours";
    rich.deploy_approval_request_id = 5;
    this->add("other");
    const std::int64_t index = this->add(rich);
    rich = sample_event("shop/DATABASE_URL");
    const std::int64_t below = this->add(rich);
    this->add("shopping");
    const Filter filters[] = {
        {.user_email = "bob@example.com"},
        {.status = "denied"},
        {.action_type = "gateway"},
        {.action = "env.set"},
        {.resource_type = "env"},
        {.decision = "deny"},
        {.request_id = "not-one-of-ours"},
        {.deploy_approval_request_id = 5},
        {.user_email = "bob@example.com",
         .status = "denied",
         .action_type = "gateway",
         .action = "env.set",
         .resource_type = "env",
         .resource = "shop",
         .decision = "deny",
         .request_id = "not-one-of-ours",
         .deploy_approval_request_id = 5,
         .search = "SHOP",
         .start = log_noon,
         .end = log_noon + 1h},
    };
    int place = 0;
    for (const Filter& filter : filters) {
        EXPECT_THAT(this->found(filter), ElementsAre(index)) << "filter " << place++;
    }
    EXPECT_THAT(this->found({.resource = "shop"}), ElementsAre(below, index));
    EXPECT_THAT(this->found({.user_email = "nobody@example.com"}), IsEmpty());
    EXPECT_THAT(this->found({.user_email = "bob@example.com", .status = "success"}), IsEmpty());
}

TYPED_TEST_P(LogContract, SearchFindsPiecesOfEveryColumnWhateverTheCase) {
    Event rich = sample_event("Website");
    rich.user_email = "carol@example.com";
    rich.user_name = "Carol Ångström";
    rich.api_token_name = "Nightly 100%_sure";
    rich.action = "build.create";
    rich.details = R"({"path":"/apps/Needle"})";
    rich.ip_address = "2001:db8::7";
    rich.user_agent = R"(Agent\1.0 'x'; drop)";
    const std::int64_t index = this->add(rich);
    this->add("plain");
    for (const std::string text : {"CAROL@", "carol Å", "NIGHTLY", "100%_s", "%_", "Build.C",
                                   "webSITE", "needle", "db8::7", R"(nt\1.)", "'x'; DROP"}) {
        EXPECT_THAT(this->found({.search = text}), ElementsAre(index)) << text;
    }
    // Wildcards mean themselves, and nothing is found across two columns.
    for (const std::string text : {"c%l", "_arol", "example.comcarol", "com%", "\\", "nothing"}) {
        const auto found = this->found({.search = text});
        EXPECT_EQ(found.size(), text == "\\" ? 1U : 0U) << text;
    }
}

TYPED_TEST_P(LogContract, TimesAreInclusive) {
    const std::int64_t first = this->add("a");
    const std::int64_t second = this->add("b");
    const std::int64_t third = this->add("c");
    EXPECT_THAT(this->found({.start = log_noon + 2s}), ElementsAre(third, second));
    EXPECT_THAT(this->found({.end = log_noon + 2s}), ElementsAre(second, first));
    EXPECT_THAT(this->found({.start = log_noon + 2s, .end = log_noon + 2s}), ElementsAre(second));
    EXPECT_THAT(this->found({.start = log_noon + 1h}), IsEmpty());
    EXPECT_THAT(this->found({.end = log_noon - 1h}), IsEmpty());
}

TYPED_TEST_P(LogContract, AnOutcomeStoredLateIsFoundByItsOwnTime) {
    const std::int64_t intent = this->add_intent("web");
    for (int i = 0; i < 40; ++i) {
        this->clock_ += 60;
        this->add("filler-" + std::to_string(i));
    }
    Event late = sample_event("web");
    late.phase = Phase::outcome;
    late.intent_index = intent;
    late.at = log_noon + 2s;  // as after an outage of the database
    const std::int64_t outcome = this->fixture_.append(late);
    EXPECT_THAT(this->found({.end = log_noon + 3s}), ElementsAre(outcome));
    EXPECT_THAT(this->found({.resource = "web", .start = log_noon + 20min}), IsEmpty());
    EXPECT_EQ(this->found({.start = log_noon + 20min}).size(), 21U)
        << "a late time between them does not mislead the search for where to begin";
}

TYPED_TEST_P(LogContract, AnActionIsShownOnceAsItsOutcomeAndUntilThenAsPending) {
    const std::int64_t closed = this->add_intent("web");
    const std::int64_t open = this->add_intent("worker");
    const std::int64_t outcome = this->add_outcome(closed, "web");
    EXPECT_THAT(this->found({}), ElementsAre(outcome, open));
    EXPECT_THAT(this->found({.status = "pending"}), ElementsAre(open));
    EXPECT_THAT(this->indexes(this->raw({})), ElementsAre(outcome, open, closed));
    const EventDetail of_outcome = this->wait(this->reader_.find(outcome, soon())).value().value();
    EXPECT_EQ(of_outcome.intent->chain_index, closed);
    const EventDetail of_intent = this->wait(this->reader_.find(closed, soon())).value().value();
    ASSERT_EQ(of_intent.outcomes.size(), 1U);
    EXPECT_EQ(of_intent.outcomes[0].chain_index, outcome);
    EXPECT_TRUE(this->wait(this->reader_.find(open, soon())).value()->outcomes.empty());
    EXPECT_EQ(this->wait(this->reader_.find(99, soon())).value().has_value(), false);
    EXPECT_EQ(this->wait(this->reader_.find(-1, soon())).value().has_value(), false);
}

TYPED_TEST_P(LogContract, ARequestIsFoundByItsIdWithItsLateOutcome) {
    const std::string id = "01KAVVP2G0AAAAAAAAAAAAAAAA";
    const Timestamp made = time_of_request_id(id).value();
    Event intent = sample_event("web");
    intent.at = made + 1ms;
    intent.phase = Phase::intent;
    intent.status = "pending";
    intent.request_id = id;
    this->fixture_.append(sample_event("before"));
    const std::int64_t first = this->fixture_.append(intent);
    for (int i = 0; i < 5; ++i) {
        Event other = sample_event("other-" + std::to_string(i));
        other.at = made + 1h * (i + 1);
        this->fixture_.append(other);
    }
    EXPECT_THAT(this->found({.request_id = id}), ElementsAre(first));
    Event outcome = intent;
    outcome.phase = Phase::outcome;
    outcome.status = "success";
    outcome.intent_index = first;
    outcome.at = made + 9h;
    const std::int64_t last = this->fixture_.append(outcome);
    EXPECT_THAT(this->found({.request_id = id}), ElementsAre(last));
    EXPECT_EQ(this->list({.filter = {.request_id = id}}).end.total.events, 1);
    EXPECT_THAT(this->indexes(this->raw({.filter = {.request_id = id}})), ElementsAre(last, first));
}

TYPED_TEST_P(LogContract, AUserIsFoundByNumber) {
    this->fixture_.add_user(7, "alice@example.com");
    const std::int64_t index = this->add("a");
    EXPECT_THAT(this->found({.user_id = UserId{7}}), ElementsAre(index));
    EXPECT_THAT(this->found({.user_id = UserId{8}}), IsEmpty());
    EXPECT_EQ(this->exported({.user_id = UserId{8}}, ExportFormat::ndjson), "");
}

TYPED_TEST_P(LogContract, NeighboursThatSayTheSameAreOneEntry) {
    for (int i = 0; i < 3; ++i) {
        Event event = sample_event("same");
        event.response_time_ms = 10 * (i + 1);
        event.event_count = i + 1;
        event.request_id = "differs-" + std::to_string(i);
        this->add(event);
    }
    this->add("other");
    this->add("same");
    const GroupPage page = this->list({});
    ASSERT_EQ(page.groups.size(), 3U);
    const Group& group = page.groups[2];
    EXPECT_EQ(group.first_index, 0);
    EXPECT_EQ(group.newest.chain_index, 2);
    EXPECT_EQ(group.first_seen, log_noon + 1s);
    EXPECT_EQ(group.last_seen, log_noon + 3s);
    EXPECT_EQ(group.events, 3);
    EXPECT_EQ(group.event_count, 6);
    EXPECT_EQ(group.min_response_time_ms, 10);
    EXPECT_EQ(group.max_response_time_ms, 30);
    EXPECT_EQ(group.avg_response_time_ms(), 20);
    EXPECT_EQ(page.end.total.events, 5);
    const GroupPage filtered = this->list({.filter = {.resource = "same"}});
    EXPECT_EQ(filtered.groups.size(), 1U) << "what the filter leaves out does not part them";
}

REGISTER_TYPED_TEST_SUITE_P(LogContract, AnEmptyLogHasOneEmptyPage, EachFilterFindsItsEventsAlone,
                            SearchFindsPiecesOfEveryColumnWhateverTheCase, TimesAreInclusive,
                            AnOutcomeStoredLateIsFoundByItsOwnTime,
                            AnActionIsShownOnceAsItsOutcomeAndUntilThenAsPending,
                            ARequestIsFoundByItsIdWithItsLateOutcome, AUserIsFoundByNumber,
                            NeighboursThatSayTheSameAreOneEntry);

}  // namespace rgw::audit
