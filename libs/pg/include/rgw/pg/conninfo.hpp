#pragma once

#include <map>
#include <string>
#include <string_view>

#include "rgw/base/error.hpp"

namespace rgw::pg {

// How to reach a database: what libpq understands. Holds the password, so it has no formatter;
// shown() is the text for logs ("postgres://rack_gateway@db.example.com:5432/rack_gateway", never a
// password).
class ConnInfo {
public:
    // A postgres:// or postgresql:// URL or key/value pairs; "" means the PG* environment variables
    // alone. libpq's own rules hold (PGPASSFILE, service files, multi-host, target_session_attrs
    // …). Error: configuration_invalid, without the text itself.
    static Result<ConnInfo> parse(std::string_view dsn);

    [[nodiscard]] std::string shown() const;
    // The parameters given, as libpq names them, to connect with (PQconnectStartParams).
    [[nodiscard]] const std::map<std::string, std::string>& parameters() const {
        return parameters_;
    }
    void set(std::string key, std::string value) { parameters_[std::move(key)] = std::move(value); }

private:
    std::map<std::string, std::string> parameters_;
};

}  // namespace rgw::pg
