#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rgw/audit/log_group.hpp"
#include "rgw/audit/log_reader.hpp"

namespace rgw::audit {

// Spec http-api §16.2: the header row, and one line for a group with its LF. RFC 4180 quoting. A
// cell that begins with = + - @, a tab, CR or LF would be a formula to a spreadsheet: it gets an
// apostrophe in front, which is the one thing an exported text can differ in.
[[nodiscard]] std::string_view csv_header();
void append_csv(std::string& out, const Group& group);

// One JSON object on one line with its LF: the members of spec http-api §16.3 plus phase,
// intent_index, format and key_id, so that the leaf and the hash can be computed from it; what is
// absent is left out, hashes are base64, times UTC with microseconds. details is text, byte for
// byte what was hashed.
void append_ndjson(std::string& out, const StoredEvent& stored);
// The event in such a line, with or without its LF. The members may come in any order and with
// white space, as JSON tools leave them, but no value has a second spelling, and a member that is
// unknown, missing, twice there or of another type is refused. Error: invalid_value, saying which.
[[nodiscard]] Result<StoredEvent> parse_ndjson(std::string_view line);

enum class ExportFormat : std::uint8_t {
    csv,     // actions, grouped as the list shows them
    ndjson,  // every record that matches
};
[[nodiscard]] std::string_view name(ExportFormat format);
// "csv", also for an empty text, and "ndjson".
[[nodiscard]] std::optional<ExportFormat> parse_export_format(std::string_view text);

// Everything that matches, newest first, however much it is: fetched batch by batch with no
// transaction in between, so that it may take hours; as the log was at open(). Used by one
// coroutine at a time.
class LogExport {
public:
    struct Pace {
        std::int64_t batch = 1000;                        // events a query
        std::chrono::milliseconds query_timeout{15'000};  // for each
    };

    LogExport(LogReader& reader, Filter filter, ExportFormat format)
        : LogExport(reader, std::move(filter), format, Pace()) {}
    LogExport(LogReader& reader, Filter filter, ExportFormat format, Pace pace)
        : reader_(reader), filter_(std::move(filter)), format_(format), pace_(pace) {}

    // First of all. Errors: those of LogStore.
    async::Task<Result<void>> open();
    // The next lines, whole ones; empty at the end. The same errors; it can be called again then.
    async::Task<Result<std::string>> next();

    [[nodiscard]] std::int64_t lines() const { return lines_; }

private:
    void write(std::string& out, StoredEvent event);
    void write_last(std::string& out);

    LogReader& reader_;
    Filter filter_;
    ExportFormat format_;
    Pace pace_;
    std::optional<Walk> walk_;
    Grouper grouper_;
    bool header_written_ = false;
    std::int64_t lines_ = 0;
};

}  // namespace rgw::audit
