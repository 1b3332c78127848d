#include "rgw/outbound/curl_fetcher.hpp"

#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <utility>

#include "rgw/async/cpu_pool.hpp"
#include "transfer.hpp"

namespace rgw::outbound {
namespace {

void initialise_libcurl() {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK) {
        throw std::runtime_error("curl_global_init failed");
    }
}

// Counts a call for as long as it waits and runs. The counter is shared: a caller's loop may drop
// its coroutines after the fetcher is gone.
class Place {
public:
    using Counter = std::shared_ptr<std::atomic<std::size_t>>;
    explicit Place(Counter taken) : taken_(std::move(taken)), number_(++*taken_) {}
    ~Place() { --*taken_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    [[nodiscard]] std::size_t number() const { return number_; }

private:
    Counter taken_;
    std::size_t number_;
};

}  // namespace

struct CurlFetcher::State {
    explicit State(CurlOptions o) : options(std::move(o)), pool(options.threads) {}

    CurlOptions options;
    Place::Counter taken = std::make_shared<std::atomic<std::size_t>>(0);
    std::atomic<bool> stopping = false;
    async::CpuPool pool;  // the last: its threads use what stands above
};

CurlFetcher::CurlFetcher(CurlOptions options) {
    initialise_libcurl();
    state_ = std::make_unique<State>(std::move(options));
}

CurlFetcher::~CurlFetcher() {
    state_->stopping = true;
}

async::Task<Result<identity::FetchedPage>> CurlFetcher::fetch(identity::FetchRequest request,
                                                              Deadline deadline) {
    const Place place(state_->taken);
    if (place.number() > state_->options.max_waiting) {
        co_return Errc::overloaded;
    }
    State& state = *state_;
    auto work = [&state, request = std::move(request), deadline] {
        return transfer(request, state.options.ca_file, deadline, state.stopping);
    };
    auto page = co_await state.pool.run(std::move(work));
    co_return page;
}

}  // namespace rgw::outbound
