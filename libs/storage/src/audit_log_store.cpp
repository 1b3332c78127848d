#include "rgw/storage/audit_log_store.hpp"

#include <algorithm>
#include <utility>

#include "audit_columns.hpp"
#include "audit_statements.hpp"
#include "rgw/base/text.hpp"

namespace rgw::storage {

// Bisection by what is read as the time at which an index was written: that of the first event from
// there on that is no outcome, because an outcome can be stored hours after it happened. Without a
// goal it ends at the oldest index. Outcomes at the end of the span belong to it.
const pg::Statement find_log_bounds{
    "audit_log_bounds",
    "with recursive search (which, goal, low, high) as ("
    "  select g.which, g.goal, h.pruned_before, h.next_index from audit.head h"
    "  cross join (values (0, $1::timestamptz), (1, $2::timestamptz)) as g (which, goal)"
    " union all"
    "  select s.which, s.goal,"
    "   case when p.at < s.goal then p.chain_index + 1 else s.low end,"
    "   case when p.at < s.goal then s.high else m.middle end"
    "  from search s cross join lateral (select (s.low + s.high) / 2) as m (middle)"
    "  left join lateral ("
    "   select e.chain_index, e.\"timestamp\" from audit.audit_event e"
    "   where e.chain_index >= m.middle and e.chain_index < s.high and e.phase <> 'outcome'"
    "   order by e.chain_index limit 1) as p (chain_index, at) on true"
    "  where s.low < s.high)"
    " select case s.which when 0 then s.low else coalesce("
    "  (select e.chain_index from audit.audit_event e"
    "   where e.chain_index >= s.low and e.phase <> 'outcome' order by e.chain_index limit 1),"
    "  h.next_index) end, h.next_index"
    " from search s cross join audit.head h where s.low >= s.high order by s.which"};

// What must hold of an event e. One text for every filter: what is not asked for is NULL and
// planned away. A text is looked for in lower case: ASCII alone by the C collation, which costs a
// quarter of the other. Times are compared so that no index can be used for them: the window says
// where they are already, and the planner, which takes the two for independent, would expect too
// few events and sort them all for one page.
#define RGW_MATCHES                                                                         \
    " e.chain_index >= $1 and e.chain_index < $2"                                           \
    " and ($3::timestamptz is null or e.\"timestamp\" + interval '0' >= $3)"                \
    " and ($4::timestamptz is null or e.\"timestamp\" + interval '0' <= $4)"                \
    " and ($5::text is null or e.user_email = $5)"                                          \
    " and ($6::text is null or e.status = $6)"                                              \
    " and ($7::text is null or e.action_type = $7)"                                         \
    " and ($8::text is null or e.action = $8)"                                              \
    " and ($9::text is null or e.resource_type = $9)"                                       \
    " and ($10::text is null or e.resource = $10 or starts_with(e.resource, $10 || '/'))"   \
    " and ($11::text is null or e.rbac_decision = $11)"                                     \
    " and ($12::text is null or e.request_id = $12)"                                        \
    " and ($13::bigint is null or e.deploy_approval_request_id = $13)"                      \
    " and ($14::text is null"                                                               \
    "  or strpos(lower(e.user_email collate \"C\"), $14) > 0"                               \
    "  or strpos(lower(e.user_name collate \"C\"), $14) > 0"                                \
    "  or strpos(lower(e.api_token_name collate \"C\"), $14) > 0"                           \
    "  or strpos(lower(e.action collate \"C\"), $14) > 0"                                   \
    "  or strpos(lower(e.resource collate \"C\"), $14) > 0"                                 \
    "  or strpos(lower(e.details collate \"C\"), $14) > 0"                                  \
    "  or strpos(host(e.ip_address), $14) > 0"                                              \
    "  or strpos(lower(e.user_agent collate \"C\"), $14) > 0)"                              \
    " and ($15::text is null or strpos(lower(concat_ws(chr(31), e.user_email, e.user_name," \
    "  e.api_token_name, e.action, e.resource, e.details, e.user_agent)), lower($15)) > 0)" \
    " and ($16::bigint is null or e.phase <> 'intent' or not exists (select from"           \
    "  audit.audit_event o where o.intent_index = e.chain_index and o.chain_index < $16))"

#define RGW_SLICE(from) \
    "select " RGW_AUDIT_EVENT_COLUMNS from RGW_MATCHES " order by e.chain_index desc limit $17"
#define RGW_COUNT(from) "select count(*) from (select 1" from RGW_MATCHES " limit $17) as found"

#define RGW_ALL " from audit.audit_event e where"
// Said once more in the words of the partial index.
#define RGW_UNSUCCESSFUL \
    " from audit.audit_event e where e.status = $6 and e.status not in ('success', 'pending') and"
#define RGW_OF_APPROVAL " from audit.audit_event e where e.deploy_approval_request_id = $13 and"
// Outcomes follow their intents by an index of their own, however late.
#define RGW_OF_REQUEST                                                                \
    " from (with near as materialized (select n.chain_index from audit.audit_event n" \
    "  where n.chain_index >= $1 and n.chain_index < $18 and n.request_id = $12)"     \
    " select chain_index from near union select o.chain_index from near"              \
    " join audit.audit_event o on o.intent_index = near.chain_index) as of_request"   \
    " join audit.audit_event e using (chain_index) where"

const pg::Statement slice_log{"audit_log_slice", RGW_SLICE(RGW_ALL)};
const pg::Statement slice_unsuccessful{"audit_log_slice_unsuccessful", RGW_SLICE(RGW_UNSUCCESSFUL)};
const pg::Statement slice_of_approval{"audit_log_slice_of_approval", RGW_SLICE(RGW_OF_APPROVAL)};
const pg::Statement slice_of_request{"audit_log_slice_of_request", RGW_SLICE(RGW_OF_REQUEST)};
const pg::Statement count_log{"audit_log_count", RGW_COUNT(RGW_ALL)};
const pg::Statement count_unsuccessful{"audit_log_count_unsuccessful", RGW_COUNT(RGW_UNSUCCESSFUL)};
const pg::Statement count_of_approval{"audit_log_count_of_approval", RGW_COUNT(RGW_OF_APPROVAL)};
const pg::Statement count_of_request{"audit_log_count_of_request", RGW_COUNT(RGW_OF_REQUEST)};

// From the index alone, so that asking costs the same for everybody.
const pg::Statement count_of_user{
    "audit_log_count_of_user",
    "select count(*) from (select e.user_email from audit.audit_event e where e.user_email = $1"
    " limit $2) as found"};
const pg::Statement begin_look{"audit_log_begin_look", "begin read only"};
// The few events of one user: by the index on user_email, whatever the planner thinks of the whole.
const pg::Statement prefer_index{"audit_log_prefer_index", "set local enable_seqscan = off"};
const pg::Statement slice_of_user{
    "audit_log_slice_of_user",
    "select " RGW_AUDIT_EVENT_COLUMNS
    " from (select * from audit.audit_event u where u.user_email = $5 offset 0) as e"
    " where" RGW_MATCHES " order by e.chain_index desc limit $17"};
const pg::Statement end_look{"audit_log_end_look", "commit"};

const pg::Statement find_log_event{"audit_log_find_event",
                                   "select " RGW_AUDIT_EVENT_COLUMNS
                                   " from audit.audit_event e where e.chain_index = $1"};
const pg::Statement find_log_outcomes{"audit_log_find_outcomes",
                                      "select " RGW_AUDIT_EVENT_COLUMNS
                                      " from audit.audit_event e where e.intent_index = $1"
                                      " order by e.chain_index limit 10"};
const pg::Statement find_email_of_user{"audit_log_find_email",
                                       "select email from users where id = $1"};

namespace {

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; });
}

struct Query {
    const pg::Statement* statement;
    pg::Params params;
};

pg::Params match_params(const audit::Filter& filter, const audit::Window& window,
                        audit::Show show) {
    std::optional<std::string> ascii;
    std::optional<std::string> other;
    if (filter.search) {
        (is_ascii(*filter.search) ? ascii : other) = to_lower(*filter.search);
    }
    pg::Params params;
    params.add(window.from)
        .add(window.before)
        .add(filter.start)
        .add(filter.end)
        .add(filter.user_email)
        .add(filter.status)
        .add(filter.action_type)
        .add(filter.action)
        .add(filter.resource_type)
        .add(filter.resource)
        .add(filter.decision)
        .add(filter.request_id)
        .add(filter.deploy_approval_request_id)
        .add(ascii)
        .add(other)
        .add(show == audit::Show::actions ? std::optional(window.as_of) : std::nullopt);
    return params;
}

struct Variants {
    const pg::Statement& all;
    const pg::Statement& unsuccessful;
    const pg::Statement& of_approval;
    const pg::Statement& of_request;
};
const Variants slices{slice_log, slice_unsuccessful, slice_of_approval, slice_of_request};
const Variants counts{count_log, count_unsuccessful, count_of_approval, count_of_request};

// The statement whose index leads to the fewest events.
Query choose(const Variants& variants, const audit::Filter& filter, const audit::Window& window,
             pg::Params params) {
    if (filter.request_id && window.request_before) {
        params.add(*window.request_before);
        return {&variants.of_request, std::move(params)};
    }
    if (filter.deploy_approval_request_id) {
        return {&variants.of_approval, std::move(params)};
    }
    return {audit::is_unsuccessful(filter) ? &variants.unsuccessful : &variants.all,
            std::move(params)};
}

std::vector<audit::StoredEvent> read_all(const pg::Rows& rows) {
    std::vector<audit::StoredEvent> events;
    events.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        events.push_back(read_event(rows[i]));
    }
    return events;
}

audit::Slice slice_from(const pg::Rows& rows, const audit::Window& window, std::int64_t limit) {
    audit::Slice slice{.events = read_all(rows), .reached = window.from};
    if (static_cast<std::int64_t>(slice.events.size()) == limit && limit > 0) {
        slice.reached = slice.events.back().chain_index;
    }
    return slice;
}

async::Task<Result<pg::Rows>> rows_of_few_here(pg::Pool& pool, pg::Params params,
                                               Deadline deadline) {
    Result<pg::Lease> lease = co_await pool.acquire(deadline);
    if (!lease) {
        co_return lease.error();
    }
    pg::Batch batch;
    batch.add(begin_look).add(prefer_index).add(slice_of_user, std::move(params)).add(end_look);
    Result<std::vector<pg::Rows>> answers = co_await (*lease)->run(std::move(batch), deadline);
    if (!answers) {
        co_return answers.error();
    }
    co_return std::move((*answers)[2]);
}

}  // namespace

async::Task<Result<audit::Bounds>> PgAuditLogStore::find_bounds(std::optional<Timestamp> start,
                                                                std::optional<Timestamp> end,
                                                                Deadline deadline) {
    pg::Params params;
    params.add(start ? std::optional(*start - audit::early_slack) : std::nullopt)
        .add(end ? std::optional(*end + audit::late_slack) : std::nullopt);
    const Result<pg::Rows> rows =
        co_await pool_.query(find_log_bounds, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->size() != 2) {
        co_return Error(Errc::not_found, "the row of audit.head is missing");
    }
    const auto next_index = (*rows)[0].get<std::int64_t>(1);
    co_return audit::Bounds{.from = (*rows)[0].get<std::int64_t>(0),
                            .before = end ? (*rows)[1].get<std::int64_t>(0) : next_index,
                            .next_index = next_index};
}

async::Task<Result<audit::Slice>> PgAuditLogStore::slice(audit::Filter filter, audit::Window window,
                                                         audit::Show show, std::int64_t limit,
                                                         Deadline deadline) {
    pg::Params params = match_params(filter, window, show);
    params.add(limit);
    Query query = choose(slices, filter, window, std::move(params));
    const Result<pg::Rows> rows =
        co_await pool_.query(*query.statement, std::move(query.params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return slice_from(*rows, window, limit);
}

async::Task<Result<std::optional<audit::Slice>>> PgAuditLogStore::slice_of_few(audit::Filter filter,
                                                                               audit::Window window,
                                                                               audit::Show show,
                                                                               std::int64_t limit,
                                                                               Deadline deadline) {
    pg::Params user;
    user.add(filter.user_email.value_or("")).add(audit::few_events + 1);
    const Result<pg::Rows> counted = co_await pool_.query(count_of_user, std::move(user), deadline);
    if (!counted) {
        co_return counted.error();
    }
    if ((*counted)[0].get<std::int64_t>(0) > audit::few_events) {
        co_return std::optional<audit::Slice>();
    }
    pg::Params params = match_params(filter, window, show);
    params.add(limit);
    const Result<pg::Rows> rows =
        co_await async::on(pool_.loop(), rows_of_few_here(pool_, std::move(params), deadline));
    if (!rows) {
        co_return rows.error();
    }
    co_return std::optional(slice_from(*rows, window, limit));
}

async::Task<Result<std::int64_t>> PgAuditLogStore::count(audit::Filter filter, audit::Window window,
                                                         audit::Show show, std::int64_t most,
                                                         Deadline deadline) {
    pg::Params params = match_params(filter, window, show);
    params.add(most);
    Query query = choose(counts, filter, window, std::move(params));
    const Result<pg::Rows> rows =
        co_await pool_.query(*query.statement, std::move(query.params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return (*rows)[0].get<std::int64_t>(0);
}

async::Task<Result<std::optional<audit::StoredEvent>>> PgAuditLogStore::find_event(
    std::int64_t chain_index, Deadline deadline) {
    pg::Params params;
    params.add(chain_index);
    const Result<pg::Rows> rows = co_await pool_.query(find_log_event, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<audit::StoredEvent>();
    }
    co_return std::optional(read_event((*rows)[0]));
}

async::Task<Result<std::vector<audit::StoredEvent>>> PgAuditLogStore::find_outcomes(
    std::int64_t intent, Deadline deadline) {
    pg::Params params;
    params.add(intent);
    const Result<pg::Rows> rows =
        co_await pool_.query(find_log_outcomes, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return read_all(*rows);
}

async::Task<Result<std::optional<std::string>>> PgAuditLogStore::find_email(UserId user,
                                                                            Deadline deadline) {
    pg::Params params;
    params.add(user.value);
    const Result<pg::Rows> rows =
        co_await pool_.query(find_email_of_user, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<std::string>();
    }
    co_return std::optional((*rows)[0].get<std::string>(0));
}

}  // namespace rgw::storage
