#pragma once

#include <atomic>
#include <string>

#include "rgw/base/clock.hpp"
#include "rgw/base/error.hpp"
#include "rgw/identity/http_fetcher.hpp"

namespace rgw::outbound {

// One call with libcurl, from beginning to end on the calling thread. `stopping` ends it early.
// Error: sign_in_unavailable.
[[nodiscard]] Result<identity::FetchedPage> transfer(const identity::FetchRequest& request,
                                                     const std::string& ca_file, Deadline deadline,
                                                     const std::atomic<bool>& stopping);

}  // namespace rgw::outbound
