#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "audit_fixture.hpp"
#include "rgw/audit/checkpoint_writer.hpp"
#include "rgw/audit/proof_maker.hpp"
#include "rgw/audit/retention.hpp"
#include "rgw/storage/checkpoint_store.hpp"
#include "rgw/storage/retention_store.hpp"
#include "sealed_log.hpp"

namespace rgw::storage {

// One process with all that retention needs, and a log whose events and checkpoints are as old as a
// test wants.
class RetentionTest : public testing::Test {
protected:
    RetentionTest() { allow("90"); }

    template <class T>
    T wait(async::Task<T> task) {
        return test::run(gateway_.loop(), std::move(task));
    }
    void allow(const std::string& days) {
        sql_.execute("update audit.retention set days = " + days);
    }
    void append(int count, int days_ago) {
        std::vector<Answer> answers;
        answers.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            audit::Event event = audit::sample_event("app-" + std::to_string(i));
            event.at = SystemClock().now() - days_ago * 24h;
            answers.push_back(gateway_.append(std::move(event)));
        }
        for (Answer& answer : answers) {
            EXPECT_TRUE(answer.get());
        }
    }
    // A checkpoint of what is there, stored so long ago.
    void sign(int days_ago) {
        ASSERT_TRUE(wait(writer_.write(deadline_in(60s))));
        sql_.execute(
            "alter table audit.checkpoint disable trigger all;"
            "update audit.checkpoint set created_at = now() - interval '" +
            std::to_string(days_ago) +
            " days' where tree_size = (select max(tree_size) from audit.checkpoint);"
            "alter table audit.checkpoint enable always trigger checkpoint_forbid_change;"
            "alter table audit.checkpoint enable always trigger checkpoint_forbid_delete");
    }
    void append_and_sign(int count, int days_ago) {
        append(count, days_ago);
        sign(days_ago);
    }
    audit::Pruner pruner(audit::RetentionStore& store, audit::Pruner::Options options = {}) {
        options.days = 90;
        options.pause = 0ms;
        return audit::Pruner({.store = store,
                              .checkpoints = checkpoints_,
                              .proofs = proofs_,
                              .recorder = gateway_.appender(),
                              .clock = clock_},
                             {audit::verifier_of(audit::sample_signer())}, options);
    }
    Result<std::int64_t> prune(audit::Pruner::Options options = {}) {
        audit::Pruner one = pruner(store_, options);
        Result<std::int64_t> pruned = wait(one.run());
        // The server gives its lock back when it has noticed that the connection is gone.
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (sql_.value("select count(*) from pg_locks where locktype = 'advisory' and database ="
                          " (select oid from pg_database where datname = current_database())"
                          " and ((classid::bigint << 32) | objid::bigint) = 5571920841436201") !=
                   "0" &&
               std::chrono::steady_clock::now() < end) {
            std::this_thread::yield();
        }
        return pruned;
    }
    // With the keys of the chain and of the checkpoints, as `audit verify` does it.
    audit::EvidenceReport verify() {
        return wait(check_database(gateway_.pool(), evidence(), 60s)).value();
    }
    audit::Evidence evidence() {
        audit::Evidence evidence;
        evidence.keys = {audit::sample_key()};
        evidence.verifiers = {audit::verifier_of(audit::sample_signer())};
        evidence.checkpoints = wait(checkpoints_.list_notes(deadline_in(10s))).value();
        return evidence;
    }
    std::string refusal(const std::string& statement) {
        try {
            sql_.execute("begin; " + statement);
        } catch (const std::runtime_error& error) {
            sql_.execute("rollback");
            return error.what();
        }
        sql_.execute("rollback");
        return "";
    }
    std::string value(const std::string& query) { return sql_.value(query); }
    Result<audit::ConsistencyProof> consistency(std::int64_t from, std::int64_t to) {
        return wait(proofs_.prove_consistency(from, to, deadline_in(10s)));
    }
    Result<audit::InclusionProof> inclusion(std::int64_t index) {
        return wait(proofs_.prove_inclusion(index, {}, deadline_in(10s)));
    }

    test::TestDatabase database_;
    test::Sql sql_{database_.dsn()};
    Gateway gateway_{database_.dsn()};
    SystemClock clock_;
    async::CpuPool cpu_{1};
    PgCheckpointStore checkpoints_{gateway_.pool(), cpu_};
    audit::CheckpointWriter writer_{checkpoints_, {audit::sample_signer()}};
    audit::ProofMaker proofs_{checkpoints_, cpu_};
    PgRetentionStore store_{gateway_.pool()};
};

}  // namespace rgw::storage
