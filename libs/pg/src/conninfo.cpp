#include "rgw/pg/conninfo.hpp"

#include <libpq-fe.h>

#include <memory>
#include <vector>

#include "parameters.hpp"
#include "rgw/base/text.hpp"

namespace rgw::pg {
namespace {

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

Parameters set_ones(const PQconninfoOption* options) {
    Parameters parameters;
    for (const PQconninfoOption* option = options; option != nullptr && option->keyword != nullptr;
         ++option) {
        if (option->val != nullptr && *option->val != '\0') {
            parameters[option->keyword] = option->val;
        }
    }
    return parameters;
}

std::string first_non_empty(std::string text, std::string otherwise) {
    return text.empty() ? std::move(otherwise) : std::move(text);
}

// "a:5432,b:5433", or "" when only sockets are meant.
std::string shown_hosts(const Parameters& parameters) {
    const std::vector<std::string> hosts =
        list_items(first_non_empty(value_of(parameters, "host"), value_of(parameters, "hostaddr")));
    const std::vector<std::string> ports = list_items(value_of(parameters, "port"));
    std::string text;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        if (hosts[i].empty() || hosts[i].starts_with('/')) {
            continue;
        }
        const bool ipv6 = hosts[i].find(':') != std::string::npos;
        text += text.empty() ? "" : ",";
        text += ipv6 ? "[" + hosts[i] + "]" : hosts[i];
        text += ":" + first_non_empty(i < ports.size() ? ports[i] : ports.front(), "5432");
    }
    return text;
}

}  // namespace

Result<ConnInfo> ConnInfo::parse(std::string_view dsn) {
    ConnInfo info;
    if (trim(dsn).empty()) {
        return info;
    }
    // libpq's message quotes the text, which may be a password: it is dropped.
    char* message = nullptr;
    const Options options(PQconninfoParse(std::string(dsn).c_str(), &message));
    PQfreemem(message);
    if (!options) {
        return Error(Errc::configuration_invalid,
                     "the connection string is neither a postgres:// URL nor the key=value pairs "
                     "libpq understands");
    }
    info.parameters_ = set_ones(options.get());
    return info;
}

std::string ConnInfo::shown() const {
    const Parameters parameters = effective_parameters(*this);
    const std::string hosts = shown_hosts(parameters);
    const std::string user = value_of(parameters, "user");
    std::string text = "postgres://" + user + "@" + hosts + "/" +
                       first_non_empty(value_of(parameters, "dbname"), user);
    if (hosts.empty()) {
        text += "?host=" + first_non_empty(value_of(parameters, "host"), "(default socket)");
    }
    return text;
}

std::string value_of(const Parameters& parameters, const std::string& key) {
    const auto found = parameters.find(key);
    return found != parameters.end() ? found->second : std::string();
}

std::vector<std::string> list_items(std::string_view text) {
    std::vector<std::string> items;
    while (true) {
        const std::size_t comma = text.find(',');
        items.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) {
            return items;
        }
        text.remove_prefix(comma + 1);
    }
}

Parameters effective_parameters(const ConnInfo& info) {
    // libpq completes the parameters before it checks them, and it checks this one before it opens
    // a socket: so a value it must refuse gives us the completed parameters and no connection.
    std::vector<const char*> keys{"channel_binding"};
    std::vector<const char*> values{"refused"};
    for (const auto& [key, value] : info.parameters()) {
        if (key != "channel_binding") {
            keys.push_back(key.c_str());
            values.push_back(value.c_str());
        }
    }
    keys.push_back(nullptr);
    values.push_back(nullptr);
    PGconn* probe = PQconnectStartParams(keys.data(), values.data(), 0);
    const Options options(PQconninfo(probe));
    PQfinish(probe);
    Parameters completed = set_ones(options.get());
    completed.erase("channel_binding");
    for (const auto& [key, value] : info.parameters()) {
        completed.insert({key, value});
    }
    return completed;
}

}  // namespace rgw::pg
