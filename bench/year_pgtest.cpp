#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <sstream>

#include "rgw/audit/retention.hpp"
#include "rgw/storage/audit_reader.hpp"
#include "rgw/storage/audit_store.hpp"
#include "rgw/storage/checkpoint_store.hpp"
#include "rgw/storage/retention_store.hpp"
#include "support/postgres.hpp"
#include "support/run.hpp"
#include "year_events.hpp"

// The benchmark's year, short: what does not depend on the machine.
namespace rgw::bench {
namespace {

using namespace std::chrono_literals;

std::string whole_file(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return std::move(text).str();
}

class Year : public testing::Test {
protected:
    Year() {
        loop_.start();
        appender_.start();
    }
    ~Year() override {
        wait(appender_.close(deadline_in(10s)));
        wait(pool_.close(deadline_in(10s)));
        loop_.stop();
        loop_.join();
    }

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(loop_, std::move(task));
    }
    static audit::NoteSigner signer() {
        return audit::NoteSigner::make(
                   "year.example.com/audit",
                   crypto::SigningKey::ed25519(Secret(std::string(32, 'y'))).value())
            .value();
    }
    audit::EvidenceReport verify() {
        audit::Evidence evidence;
        evidence.keys = {key_};
        evidence.verifiers = {verifier_};
        evidence.checkpoints = wait(checkpoints_.list_notes(deadline_in(30s))).value();
        return wait(storage::check_database(pool_, std::move(evidence), 30s)).value();
    }
    std::int64_t number(const std::string& query) { return std::stoll(sql_.value(query)); }

    test::TestDatabase database_;
    test::Sql sql_{database_.dsn()};
    audit::Key key_{Secret("a key of the generated year")};
    async::Loop loop_{"db"};
    pg::Pool pool_{loop_, pg::ConnInfo::parse(database_.dsn()).value(), {}};
    SystemClock clock_;
    async::CpuPool cpu_{1};
    storage::PgAuditStore store_{pool_, 1};
    storage::PgCheckpointStore checkpoints_{pool_, cpu_};
    storage::PgRetentionStore retention_{pool_};
    audit::NoteVerifier verifier_{audit::NoteVerifier::parse(signer().verifier_text()).value()};
    audit::CheckpointWriter writer_{checkpoints_, {signer()}};
    audit::ProofMaker proofs_{checkpoints_, cpu_};
    audit::Appender appender_{loop_, store_, {key_}, {}, {}};
};

TEST_F(Year, ThirtyDaysAreSmallArePrunedToTenAndVerifyBeforeAndAfter) {
    constexpr std::int64_t days = 30;
    constexpr std::int64_t per_day = 500;
    YearOfEvents year(clock_.now() - days * 24h, days, per_day);
    ASSERT_TRUE(wait(write_year(loop_, appender_, writer_, year, 200)));
    const std::int64_t events = number("select count(*) from audit.audit_event");
    EXPECT_NEAR(static_cast<double>(events), days * per_day, days);
    EXPECT_EQ(number("select count(*) from audit.checkpoint"), days);
    for (const std::string phase : {"single", "intent", "outcome"}) {
        EXPECT_GT(number("select count(*) from audit.audit_event where phase = '" + phase + "'"),
                  events / 20);
    }
    EXPECT_LT(number("select pg_total_relation_size('audit.audit_event')") / events, 512);
    const audit::EvidenceReport before = verify();
    EXPECT_TRUE(before.intact());
    EXPECT_EQ(before.confirmed, events);

    sql_.execute(whole_file(RGW_YEAR_AGE));
    sql_.execute("update audit.retention set days = 10");
    audit::Pruner pruner({.store = retention_,
                          .checkpoints = checkpoints_,
                          .proofs = proofs_,
                          .recorder = appender_,
                          .clock = clock_},
                         {verifier_}, {.days = 10, .pause = 0ms});
    const std::int64_t removed = wait(pruner.run()).value();
    EXPECT_NEAR(static_cast<double>(removed), 20 * per_day, 2 * per_day);
    EXPECT_EQ(number("select count(*) from audit.audit_event where \"timestamp\" <"
                     " now() - interval '12 days'"),
              0);
    EXPECT_EQ(number("select count(*) from audit.audit_event"), events - removed + 2);
    ASSERT_TRUE(wait(writer_.write(deadline_in(30s))));
    const audit::EvidenceReport after = verify();
    EXPECT_TRUE(after.intact());
    EXPECT_EQ(after.log.first_index, removed);
    EXPECT_EQ(after.confirmed, events + 2);
}

}  // namespace
}  // namespace rgw::bench
