#pragma once

#include <string>

namespace rgw::app {

struct TokenRequest {
    std::string email;
    std::string role;
    std::string name;
    std::string expires;  // "" for never
};

// Each returns the process's exit status and has said on stderr what was wrong.
int migrate();
int reset_database();
int create_token(const TokenRequest& request);
int verify_audit_log();

}  // namespace rgw::app
