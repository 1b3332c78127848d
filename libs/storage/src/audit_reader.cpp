#include "rgw/storage/audit_reader.hpp"

#include <algorithm>
#include <utility>

#include "audit_columns.hpp"
#include "audit_statements.hpp"
#include "rgw/audit/grouped_tree.hpp"

namespace rgw::storage {

const pg::Statement begin_snapshot{"audit_begin_snapshot",
                                   "begin isolation level repeatable read read only"};
const pg::Statement read_head_row{"audit_read_head",
                                  "select next_index, last_hash, tree from audit.head"};
const pg::Statement read_events{"audit_read_events",
                                "select " RGW_AUDIT_EVENT_COLUMNS
                                " from audit.audit_event e where e.chain_index > $1"
                                " order by e.chain_index limit $2"};

const pg::Statement find_pruned{
    "audit_find_pruned",
    "select h.pruned_before, e.previous_hash, (select c.note from audit.checkpoint c"
    "  where c.tree_size >= h.pruned_before order by c.tree_size limit 1)"
    " from audit.head h left join audit.audit_event e on e.chain_index = h.pruned_before"
    " where h.pruned_before > 0"};

async::Task<Result<AuditReader>> AuditReader::open(pg::Pool& pool, Deadline deadline) {
    Result<pg::Lease> lease = co_await pool.acquire(deadline);
    if (!lease) {
        co_return lease.error();
    }
    const Result<pg::Rows> begun = co_await (*lease)->run(begin_snapshot, {}, deadline);
    if (!begun) {
        co_return begun.error();
    }
    co_return AuditReader(std::move(*lease));
}

async::Task<Result<std::optional<audit::Head>>> AuditReader::find_head(Deadline deadline) {
    const Result<pg::Rows> rows = co_await lease_->run(read_head_row, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    if (rows->empty()) {
        co_return std::optional<audit::Head>();
    }
    Result<audit::Head> head = read_head((*rows)[0]);
    if (!head) {
        co_return head.error();
    }
    co_return std::optional(std::move(*head));
}

async::Task<Result<PrunedStart>> AuditReader::find_start(Deadline deadline) {
    const Result<pg::Rows> rows = co_await lease_->run(find_pruned, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    PrunedStart start;
    if (rows->empty()) {
        co_return start;
    }
    const pg::Row row = (*rows)[0];
    start.head.next_index = row.get<std::int64_t>(0);
    const auto last_hash = row.get<std::optional<pg::Bytes>>(1);
    start.head.last_hash = last_hash ? hash_of(*last_hash) : std::nullopt;
    start.boundary_note = row.get<std::optional<std::string>>(2).value_or("");
    const std::int64_t count = start.head.next_index / audit::group_size;
    const Result<pg::Rows> groups =
        co_await lease_->run(read_groups, std::move(pg::Params().add(count)), deadline);
    if (!groups) {
        co_return groups.error();
    }
    std::vector<audit::Hash> roots;
    for (std::size_t i = 0; i < groups->size(); ++i) {
        const std::optional<audit::Hash> root = hash_of((*groups)[i].get<pg::Bytes>(1));
        if (!root || (*groups)[i].get<std::int64_t>(0) != std::ssize(roots)) {
            break;
        }
        roots.push_back(*root);
    }
    if (std::ssize(roots) * audit::group_size != start.head.next_index) {
        co_return Error(Errc::invalid_value, "the roots of the groups before event " +
                                                 std::to_string(start.head.next_index) +
                                                 " are not all there");
    }
    start.head.tree = audit::tree_of_groups(roots);
    co_return start;
}

async::Task<Result<std::vector<audit::StoredEvent>>> AuditReader::next_page(std::int64_t after,
                                                                            Deadline deadline) {
    pg::Params params;
    params.add(after).add(page_size);
    const Result<pg::Rows> rows = co_await lease_->run(read_events, std::move(params), deadline);
    if (!rows) {
        co_return rows.error();
    }
    std::vector<audit::StoredEvent> page;
    page.reserve(rows->size());
    for (std::size_t i = 0; i < rows->size(); ++i) {
        page.push_back(read_event((*rows)[i]));
    }
    co_return page;
}

namespace {

audit::EvidenceReport without_start(const std::string& why) {
    audit::EvidenceReport report;
    report.pruned = true;
    report.log.first_bad =
        audit::Finding{.chain_index = 0, .fault = audit::Fault::unconfirmed, .explanation = why};
    return report;
}

using EventHook = std::function<void(const audit::StoredEvent&)>;

async::Task<Result<audit::EvidenceReport>> check_here(pg::Pool& pool, audit::Evidence evidence,
                                                      std::chrono::milliseconds page_timeout,
                                                      EventHook also) {
    Result<AuditReader> reader = co_await AuditReader::open(pool, deadline_in(page_timeout));
    if (!reader) {
        co_return reader.error();
    }
    const Result<std::optional<audit::Head>> head =
        co_await reader->find_head(deadline_in(page_timeout));
    if (!head && head.error().code != Errc::invalid_value) {
        co_return head.error();
    }
    const Result<PrunedStart> start = co_await reader->find_start(deadline_in(page_timeout));
    if (!start && start.error().code != Errc::invalid_value) {
        co_return start.error();
    }
    if (!start) {
        co_return without_start(start.error().detail);
    }
    if (start->head.next_index > 0) {
        evidence.start = start->head;
        evidence.start_is_pruned = true;
        if (std::ranges::find(evidence.checkpoints, start->boundary_note) ==
            evidence.checkpoints.end()) {
            evidence.checkpoints.push_back(start->boundary_note);
        }
    }
    audit::EvidenceCheck check(evidence);
    for (std::int64_t after = -1;;) {
        const Result<std::vector<audit::StoredEvent>> page =
            co_await reader->next_page(after, deadline_in(page_timeout));
        if (!page) {
            co_return page.error();
        }
        if (page->empty()) {
            break;
        }
        for (const audit::StoredEvent& stored : *page) {
            check.add(stored);
            if (also) {
                also(stored);
            }
        }
        after = page->back().chain_index;
    }
    const bool usable = head && head->has_value();
    audit::EvidenceReport report = check.finish(usable ? *head : std::nullopt);
    audit::VerifyReport& log = report.log;
    if (!usable && log.intact()) {
        log.first_bad = audit::Finding{.chain_index = log.next_index,
                                       .fault = audit::Fault::head_differs,
                                       .explanation = "the log ends before event " +
                                                      std::to_string(log.next_index) +
                                                      ", but its head is missing or unreadable"};
    }
    co_return report;
}

}  // namespace

async::Task<Result<audit::EvidenceReport>> check_database(pg::Pool& pool, audit::Evidence evidence,
                                                          std::chrono::milliseconds page_timeout,
                                                          EventHook also) {
    Result<audit::EvidenceReport> report = co_await async::on(
        pool.loop(), check_here(pool, std::move(evidence), page_timeout, std::move(also)));
    co_return report;
}

async::Task<Result<audit::VerifyReport>> verify_database(pg::Pool& pool,
                                                         std::vector<audit::Key> keys,
                                                         std::chrono::milliseconds page_timeout) {
    audit::Evidence evidence;
    evidence.keys = std::move(keys);
    Result<audit::EvidenceReport> report =
        co_await check_database(pool, std::move(evidence), page_timeout);
    if (!report) {
        co_return report.error();
    }
    report->log.not_proven = std::move(report->not_proven);
    co_return std::move(report->log);
}

}  // namespace rgw::storage
