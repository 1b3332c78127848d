#include "rgw/base/log.hpp"

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cmath>
#include <memory>

#include "rgw/base/clock.hpp"
#include "rgw/base/text.hpp"

namespace rgw::log {
namespace {

constexpr std::size_t queue_lines = 8192;

std::atomic<Level> threshold{Level::info};  // NOLINT: the process has one log

std::string_view name(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warn:
            return "warn";
        case Level::error:
            return "error";
    }
    return "error";
}

// Both channels share one writer thread.
struct Channels {
    std::shared_ptr<spdlog::details::thread_pool> writer =
        std::make_shared<spdlog::details::thread_pool>(queue_lines, 1);
    std::shared_ptr<spdlog::async_logger> operator_log =
        channel("log", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    std::shared_ptr<spdlog::async_logger> audit_lines =
        channel("audit", std::make_shared<spdlog::sinks::stdout_sink_mt>());

    std::shared_ptr<spdlog::async_logger> channel(const char* title, spdlog::sink_ptr sink) const {
        auto logger = std::make_shared<spdlog::async_logger>(
            title, std::move(sink), writer, spdlog::async_overflow_policy::overrun_oldest);
        logger->set_pattern("%v");
        logger->flush_on(spdlog::level::info);
        return logger;
    }
};

std::unique_ptr<Channels>& storage() {
    static auto channels = std::make_unique<Channels>();
    return channels;
}

Channels& channels() {
    if (!storage()) {
        storage() = std::make_unique<Channels>();
    }
    return *storage();
}

void write(Level level, std::string_view message, Fields fields) {
    if (level < threshold.load(std::memory_order_relaxed)) {
        return;
    }
    channels().operator_log->info("{}", format_line(level, message, fields));
}

}  // namespace

void Field::append_value(std::string& json) const {
    struct Visitor {
        std::string& json;
        void operator()(std::string_view text) const { append_json_string(json, text); }
        void operator()(std::int64_t number) const { json += fmt::to_string(number); }
        void operator()(double number) const {
            json += std::isfinite(number) ? fmt::to_string(number) : "null";
        }
        void operator()(bool flag) const { json += flag ? "true" : "false"; }
    };
    std::visit(Visitor{json}, value_);
}

void set_level(Level level) {
    threshold.store(level, std::memory_order_relaxed);
}

bool parse_level(std::string_view text, Level& out) {
    for (const Level level : {Level::debug, Level::info, Level::warn, Level::error}) {
        if (equals_ignoring_case(text, name(level))) {
            out = level;
            return true;
        }
    }
    return false;
}

std::string format_line(Level level, std::string_view message, Fields fields) {
    std::string line = R"({"ts":")";
    line += rfc3339_micros(SystemClock().now());
    line += R"(","level":")";
    line += name(level);
    line += R"(","msg":)";
    append_json_string(line, message);
    for (const Field& field : fields) {
        line += ',';
        append_json_string(line, field.key());
        line += ':';
        field.append_value(line);
    }
    line += '}';
    return line;
}

void debug(std::string_view message, Fields fields) {
    write(Level::debug, message, fields);
}
void info(std::string_view message, Fields fields) {
    write(Level::info, message, fields);
}
void warn(std::string_view message, Fields fields) {
    write(Level::warn, message, fields);
}
void error(std::string_view message, Fields fields) {
    write(Level::error, message, fields);
}

void audit_line(std::string_view json) {
    channels().audit_lines->info("{}", json);
}

void flush() {
    storage().reset();  // the writer thread drains its queue before it ends
}

}  // namespace rgw::log
