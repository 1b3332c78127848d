#pragma once

#include <string>
#include <utility>

#include "rgw/async/loop.hpp"
#include "rgw/base/clock.hpp"
#include "rgw/outbound/curl_fetcher.hpp"
#include "support/test_server.hpp"

namespace rgw::outbound::test {

inline identity::FetchRequest get(std::string url) {
    identity::FetchRequest request;
    request.url = std::move(url);
    return request;
}

inline identity::FetchRequest post(std::string url, std::string body) {
    identity::FetchRequest request = get(std::move(url));
    request.method = identity::FetchMethod::post;
    request.body = Secret(std::move(body));
    return request;
}

// A fetcher and a loop to await it on.
class Fetching {
public:
    explicit Fetching(CurlOptions options = {}) : fetcher_(std::move(options)) { loop_.start(); }

    Result<identity::FetchedPage> fetch(identity::FetchRequest request,
                                        Deadline deadline = deadline_in(std::chrono::seconds(10))) {
        return http::test::run(loop_, fetcher_.fetch(std::move(request), deadline));
    }
    // "200 body", or the error with its detail.
    std::string outcome(identity::FetchRequest request,
                        Deadline deadline = deadline_in(std::chrono::seconds(10))) {
        const auto page = fetch(std::move(request), deadline);
        return page ? std::to_string(page->status) + " " + page->body : describe(page.error());
    }

    [[nodiscard]] async::Loop& loop() { return loop_; }
    [[nodiscard]] CurlFetcher& fetcher() { return fetcher_; }

private:
    CurlFetcher fetcher_;
    async::Loop loop_{"caller"};
};

}  // namespace rgw::outbound::test
