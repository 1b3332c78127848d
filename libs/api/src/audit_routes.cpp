#include <charconv>
#include <utility>

#include "audit_wire.hpp"
#include "handlers.hpp"
#include "rgw/audit/log_export.hpp"
#include "rgw/audit/log_reader.hpp"
#include "rgw/base/text.hpp"

namespace rgw::api {
namespace {

constexpr std::chrono::seconds page_timeout{15};
constexpr std::size_t most_piece_bytes = 64UL * 1024;

struct AuditLogPage {
    std::vector<AuditLogEntry> logs;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t limit = 0;
    bool total_is_capped = false;
    std::optional<std::string> next;
    bool search_incomplete = false;
    std::optional<Timestamp> searched_to;
};
RGW_WIRE(AuditLogPage, logs, total, page, limit, total_is_capped, next, search_incomplete,
         searched_to)

struct AuditRecordPage {
    std::vector<AuditEventRecord> logs;
    std::int64_t total = 0;
    std::int64_t page = 1;
    std::int64_t limit = 0;
    bool total_is_capped = false;
    std::optional<std::string> next;
    bool search_incomplete = false;
    std::optional<Timestamp> searched_to;
};
RGW_WIRE(AuditRecordPage, logs, total, page, limit, total_is_capped, next, search_incomplete,
         searched_to)

struct AuditEventDetail {
    AuditEventRecord event;
    std::optional<AuditEventRecord> intent;
    std::vector<AuditEventRecord> outcomes;
};
RGW_WIRE(AuditEventDetail, event, intent, outcomes)

std::vector<AuditEventRecord> records_of(const std::vector<audit::StoredEvent>& events) {
    std::vector<AuditEventRecord> records;
    records.reserve(events.size());
    for (const audit::StoredEvent& event : events) {
        records.push_back(record_of(event));
    }
    return records;
}

template <class Page>
void describe_end(Page& page, const audit::PageRequest& request, const audit::PageEnd& end) {
    page.total = end.total.events;
    page.total_is_capped = end.total.capped;
    page.page = request.page;
    page.limit = request.limit;
    if (end.next) {
        page.next = audit::write_cursor(*end.next);
    }
    page.search_incomplete = end.searched_to.has_value();
    page.searched_to = end.searched_to;
}

// The parameters of a filter, by the members that take them.
struct FilterParameter {
    QueryParameter documented;
    std::string audit::FilterText::* text;
};
constexpr FilterParameter filter_parameters[] = {
    {{"user", "E-mail of who did it"}, &audit::FilterText::user},
    {{"user_id", "The same by the user's number"}, &audit::FilterText::user_id},
    {{"status", "success, failed, denied, error, pending, unknown; all for any"},
     &audit::FilterText::status},
    {{"action_type", "convox, auth, users, tokens, gateway, security, admin; all for any"},
     &audit::FilterText::action_type},
    {{"action", "noun.verb, such as app.delete"}, &audit::FilterText::action},
    {{"resource_type", "The noun of the action; all for any"}, &audit::FilterText::resource_type},
    {{"resource", "An app, or what else it was done to, with what is below it"},
     &audit::FilterText::resource},
    {{"decision", "allow or deny"}, &audit::FilterText::decision},
    {{"request_id", "X-Request-ID of a call"}, &audit::FilterText::request_id},
    {{"search", "Part of an e-mail, name, token, action, resource, detail, address or user agent"},
     &audit::FilterText::search},
    {{"start", "RFC 3339, or 2006-01-02T15:04[:05] in UTC"}, &audit::FilterText::start},
    {{"end", "The same"}, &audit::FilterText::end},
    {{"range", "15m, 1h, 24h (default), 7d, 30d, all; not with start"}, &audit::FilterText::range},
};

template <std::size_t... Place, class... More>
constexpr auto documented(std::index_sequence<Place...>, More... more) {
    return std::array{filter_parameters[Place].documented..., more...};
}
constexpr std::make_index_sequence<std::size(filter_parameters)> every_filter;
constexpr auto list_parameters =
    documented(every_filter, QueryParameter{"limit", "Entries a page, 1 to 500; 100"},
               QueryParameter{"page", "From 1 on, 10,000 entries deep at most"},
               QueryParameter{"before", "`next` of the page before: any depth, every event once"});
constexpr auto export_parameters =
    documented(every_filter, QueryParameter{"format", "csv (default) or ndjson"});

audit::FilterText filter_text(const GatewayCall& call) {
    audit::FilterText text;
    for (const FilterParameter& parameter : filter_parameters) {
        text.*parameter.text = call.query(parameter.documented.name).value_or("");
    }
    return text;
}

Result<audit::PageRequest> page_request(const GatewayCall& call) {
    Result<audit::Filter> filter =
        audit::parse_filter(filter_text(call), call.services().clock.now());
    if (!filter) {
        return filter.error();
    }
    return audit::parse_page(std::move(*filter), call.query("before").value_or(""),
                             call.query("page").value_or(""), call.query("limit").value_or(""));
}

async::Task<Result<Reply>> answer_list(GatewayCall call) {
    const Result<audit::PageRequest> request = page_request(call);
    if (!request) {
        co_return request.error();
    }
    const Result<audit::GroupPage> found =
        co_await call.services().audit_reader->list(*request, deadline_in(page_timeout));
    if (!found) {
        co_return found.error();
    }
    AuditLogPage page;
    for (const audit::Group& group : found->groups) {
        page.logs.push_back(entry_of(group));
    }
    describe_end(page, *request, found->end);
    co_return json_reply(page);
}

async::Task<Result<Reply>> answer_raw_list(GatewayCall call) {
    const Result<audit::PageRequest> request = page_request(call);
    if (!request) {
        co_return request.error();
    }
    const Result<audit::EventPage> found =
        co_await call.services().audit_reader->list_raw(*request, deadline_in(page_timeout));
    if (!found) {
        co_return found.error();
    }
    AuditRecordPage page{.logs = records_of(found->events)};
    describe_end(page, *request, found->end);
    co_return json_reply(page);
}

async::Task<Result<Reply>> answer_event(GatewayCall call) {
    const std::string& text = call.path("chain_index");
    std::int64_t chain_index = -1;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), chain_index);
    const bool number = read.ec == std::errc() && read.ptr == text.data() + text.size();
    const Error unknown(Errc::not_found, "audit event not found");
    if (!number || chain_index < 0) {
        co_return unknown;
    }
    const Result<std::optional<audit::EventDetail>> found =
        co_await call.services().audit_reader->find(chain_index, deadline_in(page_timeout));
    if (!found) {
        co_return found.error();
    }
    if (!*found) {
        const Result<std::int64_t> oldest =
            co_await call.services().audit_reader->oldest_index(deadline_in(page_timeout));
        co_return oldest&& chain_index < *oldest
            ? Error(Errc::not_found, "audit event was removed by retention")
            : unknown;
    }
    const audit::EventDetail& detail = **found;
    AuditEventDetail answer{.event = record_of(detail.event),
                            .outcomes = records_of(detail.outcomes)};
    if (detail.intent) {
        answer.intent = record_of(*detail.intent);
    }
    co_return json_reply(answer);
}

// An export on its way to a client that takes it as fast as it can.
class ExportBody final : public BodySource {
public:
    explicit ExportBody(std::unique_ptr<audit::LogExport> log_export)
        : export_(std::move(log_export)) {}

    async::Task<Result<std::string>> next() override {
        if (sent_ == lines_.size()) {
            Result<std::string> lines = co_await export_->next();
            if (!lines) {
                co_return lines.error();
            }
            lines_ = std::move(*lines);
            sent_ = 0;
        }
        std::string piece = lines_.substr(sent_, most_piece_bytes);
        sent_ += piece.size();
        co_return piece;
    }

private:
    std::unique_ptr<audit::LogExport> export_;
    std::string lines_;
    std::size_t sent_ = 0;
};

void describe_export(GatewayCall& call, audit::ExportFormat format) {
    std::string filter;
    for (const FilterParameter& parameter : filter_parameters) {
        const std::optional<std::string> value = call.query(parameter.documented.name);
        if (value && !value->empty()) {
            filter += filter.empty() ? "{" : ",";
            append_json_string(filter, parameter.documented.name);
            filter += ':';
            append_json_string(filter, *value);
        }
    }
    call.add_detail("format", format == audit::ExportFormat::csv ? R"("csv")" : R"("ndjson")");
    call.add_detail("filter", filter.empty() ? "{}" : filter + "}");
}

// What the list shows, as a file; recorded before its first byte leaves.
async::Task<Result<Reply>> answer_export(GatewayCall call) {
    const auto format = audit::parse_export_format(call.query("format").value_or(""));
    if (!format) {
        co_return Error(Errc::invalid_request, "invalid format");
    }
    const Timestamp now = call.services().clock.now();
    Result<audit::Filter> filter = audit::parse_filter(filter_text(call), now);
    if (!filter) {
        co_return filter.error();
    }
    describe_export(call, *format);
    auto log_export = std::make_unique<audit::LogExport>(*call.services().audit_reader,
                                                         std::move(*filter), *format);
    const Result<void> opened = co_await log_export->open();
    if (!opened) {
        co_return opened.error();
    }
    Reply reply;
    reply.content_type = *format == audit::ExportFormat::csv ? "text/csv" : "application/x-ndjson";
    reply.fields.push_back({"Content-Disposition", "attachment; filename=\"audit-logs-" +
                                                       rfc3339_seconds(now).substr(0, 10) + "." +
                                                       std::string(audit::name(*format)) + "\""});
    reply.stream = std::make_unique<ExportBody>(std::move(log_export));
    co_return reply;
}

}  // namespace

const Operation list_audit_log{.handle = answer_list,
                               .summary = "The audit log, newest first; repetitions as one entry",
                               .query = list_parameters,
                               .answer = shape<AuditLogPage>};
const Operation list_audit_records{.handle = answer_raw_list,
                                   .summary = "Every record of the audit log, newest first",
                                   .query = list_parameters,
                                   .answer = shape<AuditRecordPage>};
const Operation export_audit_log{.handle = answer_export,
                                 .summary = "The audit log as a file, however long",
                                 .query = export_parameters};
const Operation get_audit_event{.handle = answer_event,
                                .summary = "One record, with its intent or its outcomes",
                                .answer = shape<AuditEventDetail>};

}  // namespace rgw::api
