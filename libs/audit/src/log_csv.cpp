#include <string>

#include "rgw/audit/log_export.hpp"

namespace rgw::audit {
namespace {

bool is_formula(std::string_view text) {
    constexpr std::string_view starts = "=+-@\t\r\n";
    return !text.empty() && starts.find(text.front()) != std::string_view::npos;
}

class CsvLine {
public:
    explicit CsvLine(std::string& out) : out_(out) {}

    CsvLine& add(std::string_view text) {
        separate();
        const bool formula = is_formula(text);
        if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
            out_ += formula ? "'" : "";
            out_ += text;
            return *this;
        }
        out_ += formula ? "\"'" : "\"";
        for (const char c : text) {
            out_ += c;
            if (c == '"') {
                out_ += '"';
            }
        }
        out_ += '"';
        return *this;
    }
    CsvLine& add_optional(const std::optional<std::string>& text) {
        return add(text ? std::string_view(*text) : std::string_view());
    }
    CsvLine& add_number(std::int64_t number) {
        separate();
        out_ += std::to_string(number);
        return *this;
    }

private:
    void separate() {
        out_ += first_ ? "" : ",";
        first_ = false;
    }

    std::string& out_;
    bool first_ = true;
};

}  // namespace

std::string_view csv_header() {
    return "first_seen,last_seen,user_email,user_name,action_type,action,command,resource,status,"
           "event_count,min_response_ms,max_response_ms,avg_response_ms,ip_address,user_agent\n";
}

void append_csv(std::string& out, const Group& group) {
    const Event& event = group.newest.event;
    CsvLine(out)
        .add(rfc3339_seconds(group.first_seen))
        .add(rfc3339_seconds(group.last_seen))
        .add(event.user_email)
        .add_optional(event.user_name)
        .add(event.action_type)
        .add(event.action)
        .add_optional(event.command)
        .add_optional(event.resource)
        .add(event.status)
        .add_number(group.event_count)
        .add_number(group.min_response_time_ms)
        .add_number(group.max_response_time_ms)
        .add_number(group.avg_response_time_ms())
        .add_optional(event.ip_address)
        .add_optional(event.user_agent);
    out += '\n';
}

}  // namespace rgw::audit
