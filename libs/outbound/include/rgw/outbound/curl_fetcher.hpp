#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "rgw/async/task.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/http_fetcher.hpp"

namespace rgw::outbound {

struct CurlOptions {
    std::string ca_file;  // PEM; "" for the system's certificates
    std::size_t threads = 2;
    std::size_t max_waiting = 64;  // calls at once, running ones included; more are `overloaded`
};

// Calls to other services with libcurl, a few at a time on threads of its own; the caller resumes
// on its loop. Any thread.
//
// http and https only, certificates always verified, no redirects, no cookies, no .netrc, an answer
// of at most 1 MiB. A call ends at its deadline and after 30 s at most, of which 5 s to connect.
// The proxy variables (HTTPS_PROXY, http_proxy, NO_PROXY …) count as they do for the curl program.
class CurlFetcher final : public identity::HttpFetcher {
public:
    explicit CurlFetcher(CurlOptions options = {});
    // Ends what is under way within about a second. Nobody may wait for it any more.
    ~CurlFetcher() override;
    CurlFetcher(const CurlFetcher&) = delete;
    CurlFetcher& operator=(const CurlFetcher&) = delete;

    // Errors: sign_in_unavailable "idp.example.com: why", overloaded.
    async::Task<Result<identity::FetchedPage>> fetch(identity::FetchRequest request,
                                                     Deadline deadline) override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rgw::outbound
