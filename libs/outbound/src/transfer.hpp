#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rgw/base/clock.hpp"
#include "rgw/identity/http_fetcher.hpp"
#include "stopping.hpp"

namespace rgw::outbound {

enum class Proxy : std::uint8_t { of_environment, none };

struct Call {
    std::string method = "GET";
    std::string url;
    std::vector<identity::FetchField> fields;
    std::optional<std::string_view> body;  // lives as long as the call
    std::vector<std::string> wanted;       // fields of the answer
    std::size_t most_bytes = 1024UL * 1024;
    std::chrono::milliseconds longest_connect = std::chrono::seconds(5);
    Proxy proxy = Proxy::of_environment;
};

struct Answer {
    int status = 0;
    std::string body;
    std::vector<std::string> fields;  // as wanted; "" for one that is not there
};

struct TransferFailure {
    std::string why;      // "host: why", without query, field or body
    bool passes = false;  // whether another try may do better
};

// What a call depends on besides itself.
struct Conditions {
    const std::string& ca_file;  // PEM; "" for the system's certificates
    Deadline deadline;           // and 30 s at most
    const Stopping& stopping;    // ends it early
};

// One call with libcurl, from beginning to end on the calling thread. Any status is an answer.
[[nodiscard]] boost::system::result<Answer, TransferFailure> transfer(const Call& call,
                                                                      const Conditions& conditions);

}  // namespace rgw::outbound
