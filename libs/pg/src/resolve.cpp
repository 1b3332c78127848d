#include "resolve.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "rgw/async/one_shot.hpp"

namespace rgw::pg {
namespace {

struct Host {
    std::string name;
    std::string address;
    std::string port;
};

struct Lookup {
    std::vector<Host> hosts;
    std::string failures;
    bool timed_out = false;
};

bool needs_lookup(const std::string& name) {
    if (name.empty() || name.front() == '/' || name.front() == '@') {
        return false;  // the default or a socket
    }
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(name, not_an_address);
    return static_cast<bool>(not_an_address);
}

// Blocks. Appends one host for each address of `host`.
void look_up(const Host& host, Lookup& lookup) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failure = getaddrinfo(host.name.c_str(), nullptr, &hints, &found);
    if (failure != 0) {
        lookup.failures += lookup.failures.empty() ? "" : "; ";
        lookup.failures += "host name \"" + host.name + "\": " + gai_strerror(failure);
        return;
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                        NI_NUMERICHOST) == 0) {
            lookup.hosts.push_back({host.name, text.data(), host.port});
        }
    }
}

Lookup look_up_all(const std::vector<Host>& hosts) {
    Lookup lookup;
    for (const Host& host : hosts) {
        if (needs_lookup(host.name)) {
            look_up(host, lookup);
        } else {
            lookup.hosts.push_back(host);
        }
    }
    return lookup;
}

using Answer = std::shared_ptr<async::OneShot<Lookup>>;

struct Patience final : async::Expiring {
    Patience(async::Loop& loop, Answer a, Deadline deadline)
        : Expiring(loop.deadlines()), answer(std::move(a)) {
        expire_at(deadline);
    }
    void on_expired() override {
        Lookup late;
        late.timed_out = true;
        answer->set(std::move(late));
    }
    Answer answer;
};

Reachable reachable(const ConnInfo& info, const std::vector<Host>& hosts) {
    Reachable result{info.parameters(), hosts.size()};
    std::string names;
    std::string addresses;
    std::string ports;
    for (const Host& host : hosts) {
        const char* separator = &host == &hosts.front() ? "" : ",";
        names += separator + host.name;
        addresses += separator + host.address;
        ports += separator + host.port;
    }
    result.parameters["host"] = names;
    result.parameters["hostaddr"] = addresses;
    result.parameters["port"] = ports;
    return result;
}

// The hosts as given, or none when there is nothing to look up.
std::vector<Host> hosts_to_look_up(const ConnInfo& info) {
    const Parameters effective = effective_parameters(info);
    const std::vector<std::string> names = list_items(value_of(effective, "host"));
    const std::vector<std::string> ports = list_items(value_of(effective, "port"));
    const bool ports_fit = ports.size() == 1 || ports.size() == names.size();
    if (!value_of(effective, "hostaddr").empty() || !ports_fit) {
        return {};  // given by address, or for libpq to complain about
    }
    std::vector<Host> hosts;
    bool any = false;
    for (std::size_t i = 0; i < names.size(); ++i) {
        hosts.push_back({names[i], "", ports.size() == 1 ? ports.front() : ports[i]});
        any = any || needs_lookup(names[i]);
    }
    return any ? hosts : std::vector<Host>();
}

}  // namespace

async::Task<Result<Reachable>> resolve(async::Loop& loop, const ConnInfo& info, Deadline deadline) {
    const std::vector<Host> hosts = hosts_to_look_up(info);
    if (hosts.empty()) {
        const std::vector<std::string> names =
            list_items(value_of(effective_parameters(info), "host"));
        co_return Reachable{info.parameters(), names.size()};
    }
    const auto answer = std::make_shared<async::OneShot<Lookup>>();
    const Patience patience(loop, answer, deadline);
    // Detached: getaddrinfo cannot be stopped, and it must not hold up the end of the process.
    std::thread([answer, hosts] { answer->set(look_up_all(hosts)); }).detach();
    const Lookup lookup = co_await answer->wait();
    if (lookup.timed_out) {
        co_return Error(Errc::database_timeout, "looking up the database host took too long");
    }
    if (lookup.hosts.empty()) {
        co_return Error(Errc::database_unavailable, lookup.failures);
    }
    co_return reachable(info, lookup.hosts);
}

}  // namespace rgw::pg
