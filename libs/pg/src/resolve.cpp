#include "resolve.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
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

void set_hosts(Reachable& result, const std::vector<Host>& hosts) {
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
    result.attempts = hosts.size();
}

// As libpq names it once it is connected.
bool is_host(const Host& listed, const Host& connected) {
    const std::string& name = listed.name.empty() ? listed.address : listed.name;
    return name == connected.name &&
           (listed.address.empty() || listed.address == connected.address) &&
           (listed.port.empty() ? "5432" : listed.port) == connected.port;
}

// The hosts as given, or none when there is nothing to look up.
std::vector<Host> hosts_to_look_up(const ConnInfo& info) {
    const Parameters effective = effective_parameters(info);
    if (!value_of(effective, "hostaddr").empty()) {
        return {};  // given by address
    }
    std::vector<Host> hosts = hosts_of(effective);
    const bool any = std::ranges::any_of(hosts, needs_lookup, &Host::name);
    return any ? hosts : std::vector<Host>();
}

}  // namespace

// None when the numbers of them do not fit: that is for libpq to complain about.
std::vector<Host> hosts_of(const Parameters& parameters) {
    std::vector<std::string> names = list_items(value_of(parameters, "host"));
    std::vector<std::string> addresses = list_items(value_of(parameters, "hostaddr"));
    std::vector<std::string> ports = list_items(value_of(parameters, "port"));
    const std::size_t count = std::max(names.size(), addresses.size());
    if (names.size() == 1 && names.front().empty()) {
        names.resize(count);  // given by address
    }
    if (addresses.size() == 1 && addresses.front().empty()) {
        addresses.resize(count);
    }
    if (ports.size() == 1) {
        ports.resize(count, ports.front());
    }
    if (names.size() != count || addresses.size() != count || ports.size() != count) {
        return {};
    }
    std::vector<Host> hosts;
    for (std::size_t i = 0; i < count; ++i) {
        hosts.push_back({names[i], addresses[i], ports[i]});
    }
    return hosts;
}

bool leave_out(Reachable& reachable, const Host& host, const Parameters& effective) {
    Parameters known = effective;
    for (const char* key : {"host", "hostaddr", "port"}) {
        if (reachable.parameters.contains(key)) {
            known[key] = reachable.parameters[key];
        }
    }
    std::vector<Host> left = hosts_of(known);
    const std::size_t erased =
        std::erase_if(left, [&host](const Host& listed) { return is_host(listed, host); });
    if (left.empty() || erased == 0) {
        return false;
    }
    set_hosts(reachable, left);
    return true;
}

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
    Reachable reachable{info.parameters(), 0};
    set_hosts(reachable, lookup.hosts);
    co_return reachable;
}

}  // namespace rgw::pg
