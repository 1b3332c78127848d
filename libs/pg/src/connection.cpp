#include "rgw/pg/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <boost/container/small_vector.hpp>

#include "connection_state.hpp"
#include "pipeline.hpp"

namespace rgw::pg {
namespace {

using Clock = std::chrono::steady_clock;

// What was sent, without its values. The first statement that has no good answer is the failed one,
// the end of the batch counts for its last.
void tell_observer(Observer& observer, const Batch& batch, std::size_t answered,
                   const Result<std::vector<Rows>>& answers, Clock::time_point began) {
    const Clock::time_point ended = Clock::now();
    boost::container::small_vector<Answered, 4> statements;
    for (const Batch::Item& item : batch.items) {
        statements.push_back({item.statement->name, 0, std::nullopt});
    }
    if (answers) {
        for (std::size_t i = 0; i < statements.size(); ++i) {
            statements[i].rows = (*answers)[i].affected();
        }
    } else if (!statements.empty()) {
        statements[std::min(answered, statements.size() - 1)].failed = answers.error().code;
    }
    observer.on_round_trip(statements, ended - began, ended);
}

Error not_usable() {
    return {Errc::database_unavailable, "the connection is closed"};
}

}  // namespace

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}

Connection::~Connection() = default;

async::Task<Result<Rows>> Connection::run(const Statement& statement, Params params,
                                          Deadline deadline) {
    Batch batch;
    batch.add(statement, std::move(params));
    Result<std::vector<Rows>> answers = co_await run(std::move(batch), deadline);
    if (!answers) {
        co_return answers.error();
    }
    co_return std::move(answers->front());
}

async::Task<Result<std::vector<Rows>>> Connection::run(Batch batch, Deadline deadline) {
    if (!usable()) {
        co_return not_usable();
    }
    const Call call(*state_, deadline);
    const Clock::time_point began =
        state_->observer != nullptr ? Clock::now() : Clock::time_point();
    const std::optional<std::vector<Step>> steps = send_batch(*state_, batch);
    if (!steps) {
        co_return state_->lost();
    }
    Result<std::vector<Rows>> answers = co_await collect_answers(*state_, batch, *steps);
    if (state_->observer != nullptr) {
        tell_observer(*state_->observer, batch, state_->answered, answers, began);
    }
    co_return answers;
}

async::Task<std::optional<ScriptFailure>> Connection::try_script(std::string_view sql,
                                                                 Deadline deadline) {
    if (!usable()) {
        co_return ScriptFailure{not_usable()};
    }
    const Call call(*state_, deadline);
    const std::string text(sql);
    if ((PQpipelineStatus(state_->handle) != PQ_PIPELINE_OFF &&
         PQexitPipelineMode(state_->handle) != 1) ||
        PQsendQuery(state_->handle, text.c_str()) != 1) {
        co_return ScriptFailure{state_->lost()};
    }
    std::size_t finished = 0;
    std::optional<ScriptFailure> failed;
    while (true) {
        const Result<void> ready = co_await state_->until_ready();
        if (!ready) {
            co_return failed ? failed : ScriptFailure{ready.error(), finished};
        }
        const ResultPtr result(PQgetResult(state_->handle));
        if (!result) {
            break;
        }
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
            status == PGRES_EMPTY_QUERY) {
            ++finished;
            continue;
        }
        if (status != PGRES_FATAL_ERROR) {
            state_->broken = true;  // COPY: nothing of ours uses it
            co_return ScriptFailure{Error(Errc::database_rejected, "COPY in a script"), finished};
        }
        const Failure failure = state_->judge(result.get());
        failed = ScriptFailure{script_error(failure), finished, failure.position};
    }
    co_return failed;
}

async::Task<Result<void>> Connection::script(std::string_view sql, Deadline deadline) {
    const std::optional<ScriptFailure> failed = co_await try_script(sql, deadline);
    if (failed) {
        co_return failed->error;
    }
    co_return Result<void>();
}

bool Connection::usable() const {
    return !state_->broken && PQstatus(state_->handle) == CONNECTION_OK;
}

bool Connection::in_transaction() const {
    return PQtransactionStatus(state_->handle) != PQTRANS_IDLE;
}

bool Connection::transaction_failed() const {
    return PQtransactionStatus(state_->handle) == PQTRANS_INERROR;
}

bool Connection::alive() const {
    pollfd socket{PQsocket(state_->handle), POLLIN, 0};
    return usable() && ::poll(&socket, 1, 0) == 0;
}

std::chrono::steady_clock::time_point Connection::opened_at() const {
    return state_->opened;
}

void Connection::tell(Observer* observer) {
    state_->observer = observer;
}

}  // namespace rgw::pg
