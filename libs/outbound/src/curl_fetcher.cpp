#include "rgw/outbound/curl_fetcher.hpp"

#include <memory>
#include <utility>

#include "call_pool.hpp"
#include "transfer.hpp"

namespace rgw::outbound {
namespace {

Result<identity::FetchedPage> fetch_page(const identity::FetchRequest& request,
                                         const std::string& ca_file, Deadline deadline,
                                         const Stopping& stopping) {
    Call call;
    call.url = request.url;
    call.fields = request.fields;
    call.wanted = {"Cache-Control"};
    if (request.method == identity::FetchMethod::post) {
        call.method = "POST";
        call.body = request.body.expose();
    }
    auto answer = transfer(call, {.ca_file = ca_file, .deadline = deadline, .stopping = stopping});
    if (!answer) {
        return Error(Errc::sign_in_unavailable, answer.error().why);
    }
    return identity::FetchedPage{.status = answer->status,
                                 .body = std::move(answer->body),
                                 .cache_control = std::move(answer->fields[0])};
}

}  // namespace

struct CurlFetcher::State {
    explicit State(CurlOptions options)
        : ca_file(std::move(options.ca_file)),
          pool(options.threads, options.max_waiting, stopping) {}

    std::string ca_file;
    Stopping stopping;
    CallPool pool;  // the last: its threads use what stands above
};

CurlFetcher::CurlFetcher(CurlOptions options)
    : state_(std::make_unique<State>(std::move(options))) {}

CurlFetcher::~CurlFetcher() = default;

async::Task<Result<identity::FetchedPage>> CurlFetcher::fetch(identity::FetchRequest request,
                                                              Deadline deadline) {
    State& state = *state_;
    auto work = [&state, request = std::move(request), deadline] {
        return fetch_page(request, state.ca_file, deadline, state.stopping);
    };
    auto page = co_await state.pool.run(std::move(work));
    co_return page;
}

}  // namespace rgw::outbound
