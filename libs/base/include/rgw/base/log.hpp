#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

// The operator's log: one JSON object per line on stderr, written by a thread of its own so that a
// slow reader of stderr never stops a loop (when its queue is full the oldest lines are dropped and
// counted). The audit log's lines are a channel of their own, on stdout.
namespace rgw::log {

enum class Level : std::uint8_t { debug, info, warn, error };

class Field {
public:
    Field(std::string_view key, std::string_view value) : key_(key), value_(value) {}
    Field(std::string_view key, const char* value) : key_(key), value_(std::string_view(value)) {}
    Field(std::string_view key, const std::string& value)
        : key_(key), value_(std::string_view(value)) {}
    Field(std::string_view key, bool value) : key_(key), value_(value) {}
    Field(std::string_view key, std::integral auto value)
        : key_(key), value_(static_cast<std::int64_t>(value)) {}
    Field(std::string_view key, std::floating_point auto value)
        : key_(key), value_(static_cast<double>(value)) {}

    [[nodiscard]] std::string_view key() const { return key_; }
    void append_value(std::string& json) const;

private:
    std::string_view key_;
    std::variant<std::string_view, std::int64_t, double, bool> value_;
};

using Fields = std::initializer_list<Field>;

void set_level(Level level);
// Accepts debug, info, warn, error in any case.
[[nodiscard]] bool parse_level(std::string_view text, Level& out);

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warn(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

// One line of the audit channel (stdout), already JSON.
void audit_line(std::string_view json);

// Waits until everything said so far is written. Called once at the end of main.
void flush();

// The line as it would be written, without the newline; what the tests look at.
[[nodiscard]] std::string format_line(Level level, std::string_view message, Fields fields);

}  // namespace rgw::log
