#include "pipeline.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <stdexcept>

namespace rgw::pg {
namespace {

using State = Connection::State;

constexpr int binary = 1;

std::vector<Oid> types_of(const Params& params) {
    std::vector<Oid> types;
    types.reserve(params.values().size());
    for (const Params::Value& value : params.values()) {
        types.push_back(value.type);
    }
    return types;
}

bool same_types(const std::vector<Oid>& types, const Params& params) {
    if (types.size() != params.values().size()) {
        return false;
    }
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (types[i] != params.values()[i].type) {
            return false;
        }
    }
    return true;
}

[[noreturn]] void misused(State& state, const Statement& statement) {
    state.broken = true;  // the messages before this one are queued already
    throw std::logic_error("statement " + std::string(statement.name) +
                           " is used with another text or other parameter types");
}

// Whether the statement is on the server already. The unnamed statement never counts as prepared.
bool is_prepared(State& state, const Batch::Item& item) {
    const auto found = state.prepared.find(item.statement->name);
    if (item.statement->name.empty() || found == state.prepared.end()) {
        return false;
    }
    if (found->second.sql != item.statement->sql || !same_types(found->second.types, item.params)) {
        misused(state, *item.statement);
    }
    return true;
}

// The same for statements that this very batch prepares.
bool is_being_prepared(State& state, const std::vector<const Batch::Item*>& preparing,
                       const Batch::Item& item) {
    const auto found = std::find_if(
        preparing.begin(), preparing.end(),
        [&](const Batch::Item* other) { return other->statement->name == item.statement->name; });
    if (item.statement->name.empty() || found == preparing.end()) {
        return false;
    }
    if ((*found)->statement->sql != item.statement->sql ||
        !same_types(types_of((*found)->params), item.params)) {
        misused(state, *item.statement);
    }
    return true;
}

bool send_prepare(State& state, const Batch::Item& item) {
    const std::string name(item.statement->name);
    const std::string sql(item.statement->sql);
    const std::vector<Oid> types = types_of(item.params);
    return PQsendPrepare(state.handle, name.c_str(), sql.c_str(), static_cast<int>(types.size()),
                         types.data()) == 1;
}

bool send_execute(State& state, const Batch::Item& item) {
    const std::vector<Params::Value>& given = item.params.values();
    std::vector<const char*> values;
    std::vector<int> lengths;
    const std::vector<int> formats(given.size(), binary);
    for (const Params::Value& value : given) {
        values.push_back(value.null ? nullptr : value.bytes.data());
        lengths.push_back(static_cast<int>(value.bytes.size()));
    }
    const std::string name(item.statement->name);
    return PQsendQueryPrepared(state.handle, name.c_str(), static_cast<int>(given.size()),
                               values.data(), lengths.data(), formats.data(), binary) == 1;
}

}  // namespace

std::optional<std::vector<Step>> send_batch(State& state, const Batch& batch) {
    std::vector<Step> steps;
    if (PQpipelineStatus(state.handle) == PQ_PIPELINE_OFF &&
        PQenterPipelineMode(state.handle) != 1) {
        return std::nullopt;
    }
    std::vector<const Batch::Item*> preparing;
    for (std::size_t i = 0; i < batch.items.size(); ++i) {
        const Batch::Item& item = batch.items[i];
        if (!is_prepared(state, item) && !is_being_prepared(state, preparing, item)) {
            if (!send_prepare(state, item)) {
                return std::nullopt;
            }
            steps.push_back({i, true});
            preparing.push_back(&item);
        }
        if (!send_execute(state, item)) {
            return std::nullopt;
        }
        steps.push_back({i, false});
    }
    if (PQpipelineSync(state.handle) != 1) {
        return std::nullopt;
    }
    return steps;
}

async::Task<Result<std::vector<Rows>>> collect_answers(State& state, const Batch& batch,
                                                       const std::vector<Step>& steps) {
    std::vector<Rows> answers(batch.items.size());
    std::optional<Error> failed;
    state.answered = 0;
    for (const Step& step : steps) {
        Result<ResultPtr> result = co_await state.next_answer();
        if (!result) {
            co_return failed ? *failed : result.error();
        }
        const Batch::Item& item = batch.items[step.item];
        const ExecStatusType status = PQresultStatus(result->get());
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
            if (!step.prepares) {
                answers[step.item] = Rows(result->release());
                ++state.answered;
            } else if (!item.statement->name.empty()) {
                state.prepared[std::string(item.statement->name)] = {item.statement->sql,
                                                                     types_of(item.params)};
            }
        } else if (!failed && status != PGRES_PIPELINE_ABORTED) {
            failed = statement_error(state.judge(result->get()), item.statement->name);
        }
    }
    const Result<void> synced = co_await state.until_ready();
    if (failed || !synced) {
        const ResultPtr sync(synced ? PQgetResult(state.handle) : nullptr);
        co_return failed ? *failed : synced.error();
    }
    const ResultPtr sync(PQgetResult(state.handle));
    if (PQresultStatus(sync.get()) == PGRES_PIPELINE_SYNC) {
        co_return answers;
    }
    // What the end of an implicit transaction raises: deferred constraints, or a failed commit.
    const Error at_commit = statement_error(state.judge(sync.get()), "the end of the batch");
    state.broken = true;
    co_return at_commit;
}

async::Task<Result<ResultPtr>> Connection::State::next_answer() {
    const Result<void> ready = co_await until_ready();
    if (!ready) {
        co_return ready.error();
    }
    ResultPtr answer(PQgetResult(handle));
    if (!answer) {
        co_return lost();
    }
    const Result<void> separated = co_await until_ready();
    if (separated) {
        const ResultPtr separator(PQgetResult(handle));
    }
    co_return answer;
}

}  // namespace rgw::pg
