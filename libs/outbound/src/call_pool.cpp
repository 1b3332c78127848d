#include "call_pool.hpp"

#include <curl/curl.h>

#include <stdexcept>

namespace rgw::outbound {
namespace {

void initialise_libcurl() {
    static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (initialised != CURLE_OK) {
        throw std::runtime_error("curl_global_init failed");
    }
}

}  // namespace

CallPool::CallPool(std::size_t threads, std::size_t max_waiting, Stopping& stopping)
    : max_waiting_(max_waiting), stopping_(stopping), pool_(threads) {
    initialise_libcurl();
}

}  // namespace rgw::outbound
