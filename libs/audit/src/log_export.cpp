#include "rgw/audit/log_export.hpp"

#include <utility>

namespace rgw::audit {

std::string_view name(ExportFormat format) {
    switch (format) {
        case ExportFormat::csv:
            return "csv";
        case ExportFormat::ndjson:
            return "ndjson";
    }
    return "csv";
}

std::optional<ExportFormat> parse_export_format(std::string_view text) {
    if (text.empty() || text == name(ExportFormat::csv)) {
        return ExportFormat::csv;
    }
    return text == name(ExportFormat::ndjson) ? std::optional(ExportFormat::ndjson) : std::nullopt;
}

async::Task<Result<void>> LogExport::open() {
    Result<std::optional<Walk>> walk =
        co_await reader_.begin(filter_, deadline_in(pace_.query_timeout));
    if (!walk) {
        co_return walk.error();
    }
    walk_ = walk->value_or(Walk());
    co_return Result<void>();
}

void LogExport::write(std::string& out, StoredEvent event) {
    if (format_ == ExportFormat::ndjson) {
        append_ndjson(out, event);
        ++lines_;
        return;
    }
    const std::optional<Group> group = grouper_.add(std::move(event));
    if (group) {
        append_csv(out, *group);
        ++lines_;
    }
}

void LogExport::write_last(std::string& out) {
    const std::optional<Group> group = grouper_.finish();
    if (group) {
        append_csv(out, *group);
        ++lines_;
    }
}

async::Task<Result<std::string>> LogExport::next() {
    std::string out;
    if (format_ == ExportFormat::csv && !std::exchange(header_written_, true)) {
        out += csv_header();
    }
    const Show show = format_ == ExportFormat::csv ? Show::actions : Show::records;
    while (out.empty() && walk_->window.before > walk_->window.from) {
        Result<std::vector<StoredEvent>> events = co_await reader_.advance(
            filter_, *walk_, show, pace_.batch, deadline_in(pace_.query_timeout));
        if (!events) {
            co_return events.error();
        }
        for (StoredEvent& event : *events) {
            write(out, std::move(event));
        }
    }
    if (out.empty()) {
        write_last(out);
    }
    co_return out;
}

}  // namespace rgw::audit
