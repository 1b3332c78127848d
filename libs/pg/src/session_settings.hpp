#pragma once

#include <array>
#include <string>
#include <string_view>

namespace rgw::pg {

struct SessionSetting {
    std::string_view name;
    std::string_view value;
};

// JIT compiles for longer than any query of ours runs.
inline constexpr std::array<SessionSetting, 4> session_settings{{{"statement_timeout", "30s"},
                                                                 {"lock_timeout", "5s"},
                                                                 {"search_path", "public"},
                                                                 {"jit", "off"}}};

// For the start of a connection.
inline std::string session_settings_options() {
    std::string options;
    for (const SessionSetting& setting : session_settings) {
        options += options.empty() ? "-c " : " -c ";
        options.append(setting.name).append("=").append(setting.value);
    }
    return options;
}

// For a session that has started.
inline std::string session_settings_script() {
    std::string script;
    for (const SessionSetting& setting : session_settings) {
        script.append("set ").append(setting.name).append(" = '");
        script.append(setting.value).append("';");
    }
    return script;
}

}  // namespace rgw::pg
