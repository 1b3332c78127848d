#pragma once

#include <cstdint>
#include <string>

#include "rgw/base/error.hpp"

namespace rgw::app {

struct TokenRequest {
    std::string email;
    std::string role;
    std::string name;
    std::string expires;  // "" for never
};

struct UserAction {
    std::string email;
    std::string reason;  // for the audit log
};

// Each returns the process's exit status and has said on stderr what was wrong.
int migrate();
int reset_database();
// database_commands.cpp
int grant(const std::string& role);
// doctor.cpp; 0 when all is well, 1 for a warning, 2 for what is critical.
enum class OutputFormat : std::uint8_t { text, json };
int doctor(OutputFormat format);
int create_token(const TokenRequest& request);
// Stores the certificate the rack shows now as the pinned one (rack_commands.cpp).
int refresh_rack_certificate();
// user_commands.cpp
int unlock_user(const UserAction& action);
int reset_user_factors(const UserAction& action);
// Says the error on stderr; the status of what could not be done.
int fail(const Error& error);

}  // namespace rgw::app
