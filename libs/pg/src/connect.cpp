#include <libpq-fe.h>

#include <boost/asio/redirect_error.hpp>
#include <new>
#include <string>

#include "connection_state.hpp"
#include "resolve.hpp"
#include "rgw/base/log.hpp"
#include "session_settings.hpp"

namespace rgw::pg {
namespace {

void hear_notice(void*, const PGresult* notice) {
    const char* message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    log::debug("PostgreSQL notice", {{"message", message != nullptr ? message : ""}});
}

void add_session_settings(Parameters& parameters, const Parameters& effective) {
    const auto given = effective.find("options");
    // Before the operator's own, so that those win.
    parameters["options"] = session_settings_options() +
                            (given != effective.end() ? " " + given->second : std::string());
    parameters["client_encoding"] = "UTF8";
    parameters["fallback_application_name"] = "rack-gateway";
}

PGconn* start(const Parameters& parameters) {
    // Without a hook of ours OpenSSL asks a terminal for the password of an encrypted key. This one
    // is libpq's: sslpassword, else none.
    static const bool no_prompt = [] {
        PQsetSSLKeyPassHook_OpenSSL(PQdefaultSSLKeyPassHook_OpenSSL);
        return true;
    }();
    (void)no_prompt;
    std::vector<const char*> keys;
    std::vector<const char*> values;
    for (const auto& [key, value] : parameters) {
        keys.push_back(key.c_str());
        values.push_back(value.c_str());
    }
    keys.push_back(nullptr);
    values.push_back(nullptr);
    return PQconnectStartParams(keys.data(), values.data(), 0);
}

// libpq's message names addresses where we looked up the names: those the operator gave come first.
Error refused(PGconn* handle, const Parameters& parameters) {
    std::string names;
    std::string last;
    if (!value_of(parameters, "hostaddr").empty()) {
        for (const std::string& host : list_items(value_of(parameters, "host"))) {
            if (!host.empty() && host != last) {
                names += (names.empty() ? "" : ", ") + host;
                last = host;
            }
        }
    }
    return {Errc::database_unavailable,
            (names.empty() ? "" : names + ": ") + on_one_line(PQerrorMessage(handle))};
}

}  // namespace

async::Task<Result<std::unique_ptr<Connection>>> Connection::connect(async::Loop& loop,
                                                                     const ConnInfo& info,
                                                                     Deadline deadline,
                                                                     Fence* fence) {
    Result<Reachable> reachable = co_await resolve(loop, info, deadline);
    if (!reachable) {
        co_return reachable.error();
    }
    const Parameters effective = effective_parameters(info);
    add_session_settings(reachable->parameters, effective);
    std::string refusals;
    while (true) {
        auto state = std::make_unique<State>(loop);
        const Result<void> opened =
            co_await state->open(reachable->parameters, reachable->attempts, deadline);
        if (!opened) {
            co_return Error(opened.error().code, refusals + opened.error().detail);
        }
        const Host host = state->host();
        std::unique_ptr<Connection> connection(new Connection(std::move(state)));
        const Result<void> greeted = co_await connection->greet(deadline);
        if (!greeted) {
            co_return greeted.error();
        }
        if (fence == nullptr) {
            co_return connection;
        }
        const Result<void> admitted = fence->admit(connection->server());
        if (admitted) {
            co_return connection;
        }
        // The right one may be another of the hosts.
        refusals += host.name + ":" + host.port + " " + admitted.error().detail;
        if (!leave_out(*reachable, host, effective)) {
            co_return Error(admitted.error().code, refusals);
        }
        refusals += "; ";
    }
}

Host Connection::State::host() const {
    const auto text = [](const char* value) { return std::string(value != nullptr ? value : ""); };
    return {text(PQhost(handle)), text(PQhostaddr(handle)), text(PQport(handle))};
}

std::string Connection::State::peer() const {
    const Host at = host();
    return at.name + " " + at.address + ":" + at.port;
}

async::Task<Result<void>> Connection::State::open(Parameters parameters, std::size_t attempts,
                                                  Deadline deadline) {
    handle = start(parameters);
    if (handle == nullptr) {
        throw std::bad_alloc();
    }
    PQsetNoticeReceiver(handle, hear_notice, nullptr);
    std::string tried;
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        const Deadline now = std::chrono::steady_clock::now();
        if (now >= deadline) {
            co_return Error(Errc::database_timeout, "connecting to " + peer() + " took too long");
        }
        if (next == PGRES_POLLING_FAILED || PQstatus(handle) == CONNECTION_BAD) {
            co_return refused(handle, parameters);
        }
        if (std::string address = peer(); address != tried) {
            // A host that does not answer may use up its share only, so that the next gets a turn.
            tried = std::move(address);
            expired = false;
            expire_at(attempts > 1 ? now + (deadline - now) / static_cast<long>(attempts)
                                   : deadline);
            attempts -= attempts > 1 ? 1 : 0;
        }
        attach();
        if (next == PGRES_POLLING_READING) {
            co_await wait_readable();
        } else {
            co_await wait_writable();
        }
        // PQconnectPoll may close this socket and open another with the same number.
        socket.release();
        next = PQconnectPoll(handle);
    }
    never_expire();
    expired = false;
    broken = false;  // the time of an earlier host may have run out
    PQsetnonblocking(handle, 1);
    attach();
    co_return Result<void>();
}

}  // namespace rgw::pg
