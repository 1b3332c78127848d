#include "rgw/pg/survey.hpp"

#include <algorithm>

#include "resolve.hpp"
namespace rgw::pg {
namespace {

// A host that does not answer must not hold up the others.
constexpr std::chrono::seconds host_patience{2};
constexpr int looks = 3;

constexpr Statement ask_process{"", "select pg_backend_pid()::bigint"};

async::Task<Result<std::int64_t>> process_of(Connection& connection, Deadline deadline) {
    const Result<Rows> rows = co_await connection.run(ask_process, {}, deadline);
    if (!rows) {
        co_return rows.error();
    }
    co_return (*rows)[0].get<std::int64_t>(0);
}

// Whether a session keeps its server process while another one has a transaction open, which takes
// the process away from it where sessions share them.
async::Task<Result<Pooling>> watch_processes(Connection& first, Connection& second,
                                             Deadline deadline) {
    const std::int64_t process = first.server().process;
    if (second.server().process == process) {
        co_return Pooling::otherwise;
    }
    const Result<void> begun = co_await second.script("begin", deadline);
    if (!begun) {
        co_return Pooling::otherwise;  // by statement: there are no transactions
    }
    for (int i = 0; i < looks; ++i) {
        const Result<std::int64_t> now = co_await process_of(first, deadline);
        if (!now) {
            co_return now.error();
        }
        if (*now != process) {
            co_return Pooling::otherwise;
        }
    }
    const Result<void> ended = co_await second.script("rollback", deadline);
    if (!ended) {
        co_return ended.error();
    }
    co_return Pooling::by_session;
}

std::string shown(const Host& host) {
    const std::string& name = host.name.empty() ? host.address : host.name;
    return name + ":" + (host.port.empty() ? "5432" : host.port);
}

ConnInfo only(ConnInfo info, const Host& host) {
    info.set("host", host.name);
    info.set("hostaddr", host.address);
    info.set("port", host.port);
    info.set("target_session_attrs", "any");
    return info;
}

}  // namespace

async::Task<Result<Pooling>> find_pooling(async::Loop& loop, const ConnInfo& info,
                                          Deadline deadline) {
    const Result<std::unique_ptr<Connection>> first =
        co_await Connection::connect(loop, info, deadline);
    if (!first) {
        co_return first.error();
    }
    if (!(*first)->server().pooled) {
        co_return Pooling::none;
    }
    const Result<std::unique_ptr<Connection>> second =
        co_await Connection::connect(loop, info, deadline);
    if (!second) {
        co_return second.error();
    }
    Result<Pooling> found = co_await watch_processes(**first, **second, deadline);
    co_return found;
}

async::Task<Result<std::unique_ptr<Connection>>> connect_checked(async::Loop& loop,
                                                                 const ConnInfo& info,
                                                                 Deadline deadline, Fence& fence) {
    Result<std::unique_ptr<Connection>> opened =
        co_await Connection::connect(loop, info, deadline, &fence);
    if (!opened) {
        co_return opened;
    }
    if (const Result<void> version = check_version((*opened)->server().version); !version) {
        co_return version.error();
    }
    if (!(*opened)->server().pooled) {
        co_return opened;
    }
    const Result<Pooling> pooling = co_await find_pooling(loop, info, deadline);
    if (!pooling) {
        co_return pooling.error();
    }
    if (*pooling == Pooling::otherwise) {
        co_return Error(Errc::configuration_invalid,
                        "a connection pooler is in between that does not pool by session. " +
                            std::string(wrong_pooling));
    }
    co_return opened;
}

async::Task<std::vector<HostState>> survey_hosts(async::Loop& loop, ConnInfo info, Fence* fence) {
    const std::vector<Host> hosts = hosts_of(effective_parameters(info));
    std::vector<HostState> states;
    if (hosts.size() < 2) {
        co_return states;
    }
    for (const Host& host : hosts) {
        const ConnInfo one = only(info, host);
        const Result<std::unique_ptr<Connection>> opened =
            co_await Connection::connect(loop, one, deadline_in(host_patience));
        HostState state{.host = shown(host), .server = {}, .problem = ""};
        if (opened) {
            state.server = (*opened)->server();
        } else {
            state.problem = opened.error().detail;
        }
        if (opened && fence != nullptr) {
            (void)fence->admit(state.server);
        }
        states.push_back(std::move(state));
    }
    co_return states;
}

std::vector<HostState> old_primaries(const std::vector<HostState>& hosts) {
    std::vector<HostState> old;
    for (const HostState& host : hosts) {
        const bool overtaken = std::ranges::any_of(hosts, [&host](const HostState& other) {
            return host.server.system && host.server.system == other.server.system &&
                   host.server.timeline < other.server.timeline;
        });
        if (overtaken && host.server.timeline) {
            old.push_back(host);
        }
    }
    return old;
}

}  // namespace rgw::pg
