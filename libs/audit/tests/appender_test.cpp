#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "appender_fixture.hpp"

namespace rgw::audit {
namespace {

TEST_F(AppenderTest, AnEventIsStoredBeforeItsProducerGoesOn) {
    start();
    Answer first = append(sample_event());
    EXPECT_EQ(first.get()->chain_index, 0);
    EXPECT_EQ(store_.events().size(), 1U);
    Answer second = append(sample_event());
    EXPECT_EQ(second.get()->chain_index, 1);
    close();
    expect_intact(2);
    EXPECT_EQ(durable_, (std::vector<std::int64_t>{0, 1}));
    EXPECT_EQ(appender_->stats().events_total, 2U);
}

TEST_F(AppenderTest, WhatArrivesDuringACommitGoesTogetherIntoTheNextOne) {
    start();
    store_.hold();
    std::vector<Answer> answers;
    answers.push_back(append(sample_event("first")));
    await_commit();
    for (int i = 0; i < 10; ++i) {
        answers.push_back(append(sample_event("app-" + std::to_string(i))));
    }
    settle();
    EXPECT_EQ(appender_->stats().waiting, 10U);
    store_.release();
    for (std::size_t i = 0; i < answers.size(); ++i) {
        EXPECT_EQ(answers[i].get()->chain_index, static_cast<std::int64_t>(i)) << "arrival order";
    }
    EXPECT_EQ(store_.batches(), (std::vector<std::size_t>{1, 10}));
    expect_intact(11);
}

TEST_F(AppenderTest, ABatchIsNeverLargerThanItsLimitAndOutcomesGoFirst) {
    start({.max_batch = 4});
    store_.hold();
    Answer first = append(sample_event("first"));
    await_commit();
    std::vector<Answer> answers;
    for (int i = 0; i < 6; ++i) {
        answers.push_back(append(sample_event()));
    }
    Answer outcome = append_outcome(0);
    settle();
    store_.release();
    for (Answer& answer : answers) {
        EXPECT_TRUE(answer.get());
    }
    EXPECT_EQ(outcome.get()->chain_index, 1);
    EXPECT_EQ(store_.batches(), (std::vector<std::size_t>{1, 4, 3}));
    EXPECT_TRUE(first.get());
}

TEST_F(AppenderTest, BeyondItsLimitOfWaitingEventsItRefusesAtOnceButNeverAnOutcome) {
    start({.max_waiting = 2});
    store_.hold();
    Answer in_flight = append(sample_event());
    await_commit();
    Answer one = append(sample_event());
    Answer two = append(sample_event());
    Answer three = append(sample_event());
    Answer outcome = append_outcome(0);
    EXPECT_EQ(code(three), Errc::overloaded);
    store_.release();
    EXPECT_TRUE(in_flight.get());
    EXPECT_TRUE(one.get());
    EXPECT_TRUE(two.get());
    EXPECT_TRUE(outcome.get());
    expect_intact(4);
}

TEST_F(AppenderTest, AnEventNotTakenByItsDeadlineIsWithdrawnOneInFlightIsNot) {
    start();
    const Deadline soon = deadline_in(30s);
    store_.hold();
    Answer in_flight = append(sample_event("in flight"), soon);
    await_commit();
    Answer waiting = append(sample_event("waiting"), soon);
    Answer patient = append(sample_event("patient"), soon + 1h);
    Answer outcome = append_outcome(0, soon);
    settle();
    tick();
    EXPECT_TRUE(is_open(waiting)) << "its time has not come";
    // The sweep's own clock is not the test's: what is overdue is decided by the time that is.
    Answer overdue = append(sample_event("overdue"), std::chrono::steady_clock::now() - 1s);
    Answer overdue_outcome = append_outcome(1, std::chrono::steady_clock::now() - 1s);
    settle();
    tick();
    EXPECT_EQ(code(overdue), Errc::audit_unavailable);
    EXPECT_EQ(code(overdue_outcome), Errc::audit_unavailable);
    EXPECT_TRUE(is_open(in_flight));
    store_.release();
    EXPECT_TRUE(in_flight.get());
    EXPECT_TRUE(waiting.get());
    EXPECT_TRUE(patient.get());
    EXPECT_TRUE(outcome.get());
    close();
    expect_intact(5);  // the outcome its caller gave up on is stored, the event is not
    for (const StoredEvent& row : store_.events()) {
        EXPECT_NE(row.event.resource, "overdue");
    }
}

TEST_F(AppenderTest, AnOverdueEventIsNotEvenTakenIntoABatch) {
    start();
    Answer overdue = append(sample_event(), std::chrono::steady_clock::now() - 1s);
    EXPECT_EQ(code(overdue), Errc::audit_unavailable);
    EXPECT_TRUE(store_.events().empty());
}

TEST_F(AppenderTest, ProducersOnOtherLoopsResumeOnTheirOwn) {
    start();
    async::Loop other("other");
    other.start();
    std::vector<Answer> answers;
    for (int i = 0; i < 50; ++i) {
        async::Loop& loop = i % 2 == 0 ? other : loop_;
        answers.push_back(boost::asio::co_spawn(loop.executor(),
                                                appender_->append(sample_event(), deadline_in(60s)),
                                                boost::asio::use_future));
    }
    std::set<std::int64_t> indexes;
    for (Answer& answer : answers) {
        indexes.insert(answer.get()->chain_index);
    }
    EXPECT_EQ(indexes.size(), 50U);
    EXPECT_EQ(*indexes.rbegin(), 49);
    expect_intact(50);
    other.stop();
    other.join();
}

TEST_F(AppenderTest, TwoAppendersOnOneStoreMakeOneChain) {
    start();
    async::Loop second_loop("db2");
    Appender second(second_loop, store_, {sample_key()}, {}, {});
    second.start();
    second_loop.start();
    std::vector<Answer> answers;
    for (int i = 0; i < 200; ++i) {
        answers.push_back(append(sample_event("first")));
        answers.push_back(boost::asio::co_spawn(
            second_loop.executor(), second.append(sample_event("second"), deadline_in(60s)),
            boost::asio::use_future));
    }
    std::set<std::int64_t> indexes;
    for (Answer& answer : answers) {
        indexes.insert(answer.get()->chain_index);
    }
    EXPECT_EQ(indexes.size(), 400U);
    expect_intact(400);
    boost::asio::co_spawn(second_loop.executor(), second.close(deadline_in(10s)),
                          boost::asio::use_future)
        .get();
    second_loop.stop();
    second_loop.join();
}

TEST_F(AppenderTest, ClosingCommitsWhatWaitsAndRefusesWhatComesAfter) {
    start();
    store_.hold();
    Answer in_flight = append(sample_event());
    await_commit();
    Answer waiting = append(sample_event());
    Answer outcome = append_outcome(0);
    settle();
    std::future<void> closed = boost::asio::co_spawn(
        loop_.executor(), appender_->close(deadline_in(60s)), boost::asio::use_future);
    settle();
    Answer late = append(sample_event());
    Answer late_outcome = append_outcome(0);
    EXPECT_EQ(code(late), Errc::shutting_down);
    EXPECT_EQ(code(late_outcome), Errc::shutting_down);
    store_.release();
    closed.get();
    EXPECT_TRUE(in_flight.get());
    EXPECT_TRUE(waiting.get());
    EXPECT_TRUE(outcome.get());
    expect_intact(3);
}

TEST_F(AppenderTest, HostileInputIsStoredNormalisedAndNeverRefused) {
    start();
    Event event = sample_event();
    event.user_agent = std::string(100'000, '\xff');
    event.resource = std::string("a\0b", 3);
    event.details = std::string(50'000, '"');
    event.ip_address = "not an address";
    Answer answer = append(event);
    EXPECT_TRUE(answer.get());
    const StoredEvent row = store_.events().at(0);
    EXPECT_LE(row.event.user_agent->size(), 512U);
    EXPECT_EQ(row.event.ip_address, std::nullopt);
    expect_intact(1);
}

}  // namespace
}  // namespace rgw::audit
