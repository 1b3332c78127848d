#include <gtest/gtest.h>

#include "appender_fixture.hpp"

namespace rgw::audit {
namespace {

using Fate = MemoryStore::Fate;

Event intent_event() {
    Event event = sample_event("intent");
    event.phase = Phase::intent;
    event.status = "pending";
    return event;
}

TEST_F(AppenderTest, AFailedCommitFailsItsEventsAndAllThatWaitAndTheNextAtOnce) {
    for (const Fate fate : {Fate::refused, Fate::thrown, Fate::seal_unasked}) {
        MemoryStore& store = store_;
        if (!appender_) {
            start();
        }
        store.script({fate, Fate::refused});
        store.hold();
        Answer in_flight = append(sample_event());
        await_commit();
        Answer waiting = append(sample_event());
        settle();
        store.release();
        EXPECT_EQ(code(in_flight), Errc::audit_unavailable);
        EXPECT_EQ(code(waiting), Errc::audit_unavailable);
        EXPECT_FALSE(appender_->healthy());
        Answer next = append(sample_event());
        EXPECT_EQ(code(next), Errc::audit_unavailable);
        // until a probe works
        store.script({});
        while (!appender_->healthy()) {
            tick();
        }
        Answer after = append(sample_event());
        EXPECT_TRUE(after.get());
        while (commits_.try_acquire()) {
        }
    }
    EXPECT_GE(appender_->stats().failures_total, 3U);
    expect_intact(3);
}

TEST_F(AppenderTest, WhileUnhealthyItProbesOnceATickAndNotMoreOften) {
    start();
    store_.script({Fate::seal_unasked, Fate::seal_unasked, Fate::seal_unasked, Fate::stored});
    Answer failed = append(sample_event());
    EXPECT_EQ(code(failed), Errc::audit_unavailable);
    await_commit();
    await_commit();  // the probe right after the failure
    settle();
    EXPECT_FALSE(commits_.try_acquire()) << "the next probe waits for the tick";
    tick();
    await_commit();
    settle();
    EXPECT_FALSE(appender_->healthy());
    tick();
    await_commit();
    settle();
    EXPECT_TRUE(appender_->healthy());
    EXPECT_TRUE(store_.events().empty()) << "probes store nothing";
}

TEST_F(AppenderTest, AnOutcomeStaysQueuedOverFailuresAndIsTheFirstToBeWritten) {
    start();
    store_.script({Fate::refused, Fate::refused});
    Answer outcome = append_outcome(0);
    await_commit();
    await_commit();
    settle();
    EXPECT_TRUE(is_open(outcome)) << "its caller waits on";
    EXPECT_FALSE(appender_->healthy());
    Answer second = append_outcome(1);
    Answer refused = append(sample_event());
    EXPECT_EQ(code(refused), Errc::audit_unavailable);
    tick();
    EXPECT_EQ(outcome.get()->chain_index, 0);
    EXPECT_EQ(second.get()->chain_index, 1);
    settle();
    EXPECT_TRUE(appender_->healthy());
    expect_intact(2);
}

TEST_F(AppenderTest, AnOutcomeWhoseCallerGaveUpIsStillWritten) {
    start();
    store_.script({Fate::refused, Fate::refused});
    Answer outcome = append_outcome(0, std::chrono::steady_clock::now() - 1s);
    await_commit();
    await_commit();
    settle();
    store_.script({Fate::seal_unasked});
    tick();  // a failed try, and the caller's time is up
    EXPECT_EQ(code(outcome), Errc::audit_unavailable);
    while (!appender_->healthy()) {
        tick();
    }
    expect_intact(1);
    EXPECT_EQ(store_.events()[0].event.intent_index, 0);
}

TEST_F(AppenderTest, AnOutcomeWhoseCommitIsUnknownIsWrittenOnce) {
    start();
    store_.script({Fate::lost_answer});
    Answer outcome = append_outcome(0);
    EXPECT_EQ(outcome.get()->chain_index, 0) << "found stored, so acknowledged";
    close();
    expect_intact(1);
    EXPECT_EQ(durable_, (std::vector<std::int64_t>{0}));
}

TEST_F(AppenderTest, AnIntentStoredAfterItsCallWasRefusedIsClosedAsNotHavingHappened) {
    start();
    store_.script({Fate::lost_answer});
    Answer intent = append(intent_event());
    EXPECT_EQ(code(intent), Errc::audit_unavailable);
    while (!appender_->healthy()) {
        tick();
    }
    close();
    expect_intact(2);
    const Event closing = store_.events()[1].event;
    EXPECT_EQ(closing.phase, Phase::outcome);
    EXPECT_EQ(closing.intent_index, 0);
    EXPECT_EQ(closing.status, "error");
    EXPECT_EQ(closing.details, R"({"reason":"commit_unconfirmed"})");
}

TEST_F(AppenderTest, AnUnknownCommitThatDidNotHappenLeavesNoTraceButItsOutcomesGoIn) {
    start();
    store_.script({Fate::refused});
    store_.hold();
    Answer first = append(sample_event("first"));
    await_commit();
    Answer intent = append(intent_event());
    Answer outcome = append_outcome(7);
    settle();
    store_.script({Fate::stored, Fate::thrown});
    store_.release();
    EXPECT_TRUE(first.get());
    EXPECT_EQ(code(intent), Errc::audit_unavailable);
    EXPECT_EQ(outcome.get()->chain_index, 1);
    close();
    expect_intact(2);
}

TEST_F(AppenderTest, ClosingWithoutADatabaseEndsAtItsDeadlineAndAnswersEverybody) {
    start();
    store_.script(std::deque<Fate>(1000, Fate::seal_unasked));
    Answer outcome = append_outcome(0);
    await_commit();
    std::future<void> closed =
        boost::asio::co_spawn(loop_.executor(), appender_->close(std::chrono::steady_clock::now()),
                              boost::asio::use_future);
    closed.get();
    EXPECT_EQ(code(outcome), Errc::shutting_down);
}

TEST_F(AppenderTest, ClosingAnUnhealthyAppenderWithNothingToWriteDoesNotWait) {
    start();
    store_.script(std::deque<Fate>(1000, Fate::seal_unasked));
    Answer failed = append(sample_event());
    EXPECT_EQ(code(failed), Errc::audit_unavailable);
    close(1h);
    EXPECT_FALSE(appender_->healthy());
}

}  // namespace
}  // namespace rgw::audit
